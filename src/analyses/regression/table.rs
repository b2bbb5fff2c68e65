//! Every covariance of the same fit side by side, with the call in R, Stata and Python that gives the same errors.

use super::errors::{TWO_WAY, errors};
use super::model::Model;
use crate::analyses::finite;
use crate::findings::Args;
use crate::findings::regression::checks::OtherCovariance;
use crate::stats::covariance::{KINDS, Kind};

/// The table: the kinds that these rows allow, in their order.
pub fn table(model: &Model<'_>, analysis: &str) -> Vec<OtherCovariance> {
    let clustered = model.design.matrix.clusters.is_some();
    let crossed = model.design.crossing.is_some();
    let kinds = KINDS.into_iter().filter(|kind| match (kind.is_clustered(), crossed) {
        (false, _) => true,
        (true, true) => *kind == Kind::Cr1,
        (true, false) => clustered,
    });
    kinds.filter_map(|kind| column(model, kind, analysis)).collect()
}

/// One kind; none where it cannot be had (leverages of several absorbed factors).
fn column(model: &Model<'_>, kind: Kind, analysis: &str) -> Option<OtherCovariance> {
    let errors = errors(model, kind, analysis).ok()?;
    // Where another kind had to stand in, it has a column of its own.
    let stands_in = errors.covariance.kind != kind;
    if stands_in {
        return None;
    }
    let inferences = errors.inferences(model.fit.k);
    Some(OtherCovariance {
        calls: calls(&errors.name, model),
        vcov: errors.name,
        std_errors: inferences.iter().map(|i| finite(i.std_error)).collect(),
        df: inferences.iter().map(|i| finite(i.df)).collect(),
        p_values: inferences.iter().map(|i| finite(i.p_value)).collect(),
    })
}

/// What a reader of another program types for the same errors; a program without them is left out. The fit is `fit` in R
/// and `model` in Python, where the formula stands.
fn calls(name: &str, model: &Model<'_>) -> Args {
    let cluster = model.design.cluster.clone().unwrap_or_default();
    let second = model.design.crossing.as_ref().map(|c| c.name.clone()).unwrap_or_default();
    let hc = |kind: &str| format!("sandwich::vcovHC(fit, type = \"{kind}\")");
    let cr = |kind: &str| format!("clubSandwich::vcovCR(fit, cluster = d${cluster}, type = \"{kind}\")");
    let python = |kind: &str| format!("model.fit(cov_type=\"{kind}\")");
    let (r, stata, python) = match name {
        "iid" => ("vcov(fit)".to_string(), "regress".to_string(), "model.fit()".to_string()),
        "HC0" => (hc("HC0"), String::new(), python("HC0")),
        "HC1" => (hc("HC1"), "regress, vce(robust)".to_string(), python("HC1")),
        "HC2" => (hc("HC2"), "regress, vce(hc2)".to_string(), python("HC2")),
        "HC3" => (hc("HC3"), "regress, vce(hc3)".to_string(), python("HC3")),
        "CR0" => (
            cr("CR0"),
            String::new(),
            format!(
                "model.fit(cov_type=\"cluster\", cov_kwds={{\"groups\": d[\"{cluster}\"], \"use_correction\": False}})"
            ),
        ),
        "CR1" => (
            format!("sandwich::vcovCL(fit, cluster = ~ {cluster}, type = \"HC1\")"),
            format!("regress, vce(cluster {cluster})"),
            format!("model.fit(cov_type=\"cluster\", cov_kwds={{\"groups\": d[\"{cluster}\"]}})"),
        ),
        "CR2" => (
            format!("clubSandwich::coef_test(fit, vcov = \"CR2\", cluster = d${cluster}, test = \"Satterthwaite\")"),
            format!("regress, vce(hc2 {cluster}, dfadjust)"),
            String::new(),
        ),
        "CR3" => (cr("CR3"), String::new(), String::new()),
        TWO_WAY => (
            format!("sandwich::vcovCL(fit, cluster = ~ {cluster} + {second}, type = \"HC1\", multi0 = FALSE)"),
            String::new(),
            format!(
                "pyfixest.feols(f, d, vcov={{\"CRV1\": \"{cluster}+{second}\"}}, ssc=ssc(cluster_df=\"conventional\"))"
            ),
        ),
        _ => Default::default(),
    };
    let given = [("r", r), ("stata", stata), ("python", python)].into_iter().filter(|(_, call)| !call.is_empty());
    given.map(|(program, call)| (program.to_string(), call.into())).collect()
}
