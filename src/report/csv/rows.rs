//! Which rows each finding becomes, and what their cells are. Writes no file and makes nothing safe: `Row` does.

use super::{Row, leaving};
use crate::findings::regression::{Regression, Term};
use crate::findings::stages::lifts::LiftBlock;
use crate::findings::stages::{Change, Follow, LevelShare, StageShare};
use crate::findings::{Attrition, Claim, Comparison, Stages};

/// Terms, the fit, the model of the overall score, coverage.
pub(super) fn regression(out: &mut Vec<Row>, analysis: &'static str, model: &Regression) {
    out.extend(model.terms.iter().map(|t| term(Row::of(analysis, "terms"), &model.outcome, t)));
    let test = model.f_test.as_ref();
    out.push(
        Row::of(analysis, "fit")
            .text("outcome", &model.outcome)
            .whole("n", Some(model.n))
            .whole("n_clusters", model.n_clusters)
            .word("vcov", Some(&model.vcov))
            .number("r_squared", model.r_squared)
            .number("adj_r_squared", model.adj_r_squared)
            .number("within_r_squared", model.within_r_squared)
            .number("sigma", model.sigma)
            .number("df_residual", Some(model.df_residual))
            .number("f_statistic", test.and_then(|t| t.statistic))
            .number("df1", test.map(|t| t.df1))
            .number("df2", test.map(|t| t.df2))
            .number("p_value", test.and_then(|t| t.p_value))
            .likelihood(model.choice.as_ref().map(|c| &c.likelihood)),
    );
    if let Some(overall) = &model.overall {
        out.extend(overall.terms.iter().map(|t| term(Row::of(analysis, "overall"), &model.outcome, t)));
        out.push(
            Row::of(analysis, "overall_fit")
                .text("outcome", &model.outcome)
                .whole("n", Some(overall.n))
                .whole("n_clusters", overall.n_clusters)
                .number("r_squared", Some(overall.r_squared)),
        );
    }
    for topic in &model.coverage {
        let row = Row::of(analysis, "coverage").text("term", &topic.topic);
        out.push(row.whole("count", Some(topic.people)).number("share", Some(topic.share)));
    }
    super::beside::rows(out, analysis, model);
}

pub(super) fn term(row: Row, outcome: &str, t: &Term) -> Row {
    row.text("outcome", outcome)
        .text("term", &t.term)
        .estimate(&t.coefficient)
        .number("p_adjusted", t.p_adjusted)
        .number("beta", t.beta)
        .number("beta_low", t.beta_low)
        .number("beta_high", t.beta_high)
        .number("vif", t.vif)
        .number("share_lmg", t.share_lmg)
        .number("share_johnson", t.share_johnson)
        .word("mark", t.mark.as_deref())
        .word("mark_low", t.mark_low.as_deref())
        .word("mark_high", t.mark_high.as_deref())
        .number("effect_p25_p75", t.effect_p25_p75)
        .number("share_lmg_low", t.share_lmg_low)
        .number("share_lmg_high", t.share_lmg_high)
        .number("share_johnson_low", t.share_johnson_low)
        .number("share_johnson_high", t.share_johnson_high)
        .number("effect_step", t.effect_step)
        .number("robustness", t.robustness)
        .number("odds_ratio", t.odds_ratio)
        .number("odds_low", t.odds_low)
        .number("odds_high", t.odds_high)
}

/// Arms, difference, lifts, checks, balance, months.
pub(super) fn comparison(out: &mut Vec<Row>, c: &Comparison) {
    let row = |part| Row::of("comparison", part).text("outcome", &c.outcome);
    for arm in &c.arms {
        let n = (!arm.hidden).then_some(arm.n);
        let row = row("arms").text("group", &arm.group).whole("n", n).whole("n_units", arm.n_units);
        out.push(row.number("mean", arm.mean).number("sd", arm.sd).hidden(arm.hidden.into()));
    }
    out.push(
        row("difference")
            .estimate(&c.difference)
            .word("vcov", Some(&c.vcov))
            .number("hedges_g", c.hedges_g)
            .number("mde", c.mde)
            .number("mde_lift", c.mde_lift)
            .number("icc", c.icc),
    );
    out.extend([&c.lift, &c.lift_delta, &c.lift_log_delta].map(|lift| row("lift").interval(lift)));
    out.extend(c.person_level.iter().map(|p| row("person_level").estimate(&p.difference)));
    out.extend(c.ratio_check.iter().map(|r| {
        row("ratio_check")
            .whole("n_treatment", Some(r.n_treatment))
            .whole("n_control", Some(r.n_control))
            .number("p_value", r.p_value)
            .number("p_exact", r.p_exact)
            .number("p_people", r.p_people)
            .number("p_strata", r.p_strata)
    }));
    out.extend(
        c.permutation
            .iter()
            .map(|p| row("permutation").number("p_value", p.p_value).number("smallest_p", p.smallest_p)),
    );
    out.extend(c.balance.iter().map(|b| {
        row("balance")
            .text("term", &b.term)
            .number("mean_treatment", b.mean_treatment)
            .number("mean_control", b.mean_control)
            .text("level", b.level.as_deref().unwrap_or_default())
            .number("smd", b.smd)
            .number("smd_units", b.smd_units)
            .number("variance_ratio", b.variance_ratio)
            .why(b.why)
    }));
    comparing(out, c);
    claims(out, "comparison", &c.claims);
    out.extend(c.months.iter().map(|m| {
        row("months")
            .text("group", &m.group)
            .text("month", &m.month)
            .whole("n", m.n)
            .number("value", m.value)
            .number("index", m.index)
            .number("index_low", m.index_low)
            .number("index_high", m.index_high)
            .hidden(m.hidden.into())
    }));
}

/// What stands beside the difference.
fn comparing(out: &mut Vec<Row>, c: &Comparison) {
    let row = |part| Row::of("comparison", part).text("outcome", &c.outcome);
    let adjusted = [("stratified", &c.stratified), ("adjusted", &c.adjusted)];
    for (part, made) in adjusted.into_iter().filter_map(|(part, made)| Some((part, made.as_ref()?))) {
        let row = row(part).text("term", &made.covariates.join(","));
        out.push(row.whole("n", Some(made.n)).estimate(&made.difference));
    }
    out.extend(c.omnibus.iter().map(|o| {
        row("omnibus").number("statistic", o.statistic).number("df", Some(o.df)).number("p_value", o.p_value)
    }));
    out.extend(c.superiority.iter().map(|s| {
        let row = row("superiority").text("by", &s.by).number("estimate", s.estimate);
        row.number("conf_low", s.conf_low).number("conf_high", s.conf_high).number("p_value", s.p_value)
    }));
    out.extend(c.equivalence.iter().map(|e| {
        let row = row("equivalence").text("method", &e.scale).number("margin", Some(e.margin));
        row.number("p_value", e.p_value).number("conf_low", e.conf_low).number("conf_high", e.conf_high)
    }));
    for by in &c.subgroups {
        out.extend(by.groups.iter().map(|g| {
            let row = row("subgroups").text("by", &by.by).text("group", &g.group);
            let row = row.whole("n_treatment", g.n_treatment).whole("n_control", g.n_control);
            row.estimate(&g.difference).number("p_adjusted", g.p_adjusted).hidden(g.hidden.into())
        }));
        let row = row("interaction").text("by", &by.by).number("statistic", by.statistic);
        out.push(row.number("df1", by.df1).number("df2", by.df2).number("p_value", by.p_value));
    }
    out.extend(c.change.iter().map(|change| {
        let row = row("change").estimate(&change.difference).whole("n", Some(change.n));
        row.whole("n_units", change.n_units).word("vcov", Some(&change.vcov))
    }));
    out.extend(c.whole.iter().map(|w| {
        let row = row("whole").text("group", &w.group).whole("count", Some(w.months)).number("index", w.index);
        row.number("index_low", w.index_low).number("index_high", w.index_high).why(w.why)
    }));
    if let Some(event) = &c.event {
        out.extend(
            event.points.iter().map(|point| {
                row("event").text("month", &point.month).estimate(&point.effect).hidden(point.hidden.into())
            }),
        );
        out.extend(event.pre_trend.iter().map(|pre| {
            let row = row("pre_trend").number("statistic", pre.statistic).number("df1", Some(pre.df1));
            row.number("df2", Some(pre.df2)).number("p_value", pre.p_value).number("mde", pre.slope_detectable)
        }));
    }
    let Some(made) = &c.compliance else { return };
    let rows = [
        ("itt", Some(&made.itt)),
        ("per_protocol", made.per_protocol.as_ref()),
        ("as_treated", made.as_treated.as_ref()),
        ("cace", Some(&made.cace)),
        ("first_stage", Some(&made.first_stage)),
    ];
    for (part, e) in rows.into_iter().filter_map(|(part, e)| Some((part, e?))) {
        let f = made.first_stage_f.filter(|_| part == "first_stage");
        out.push(row(part).text("term", &made.dose).whole("n", Some(made.n)).estimate(e).number("f_statistic", f));
    }
    out.push(row("anderson_rubin").text("term", &made.dose).interval(&made.anderson_rubin));
}

/// Claims of any analysis, each with its grade.
pub(super) fn claims(out: &mut Vec<Row>, analysis: &'static str, claims: &[Claim]) {
    for claim in claims {
        let e = claim.evidence();
        out.push(
            Row::of(analysis, "claims")
                .text("outcome", &e.outcome)
                .text("term", &e.effect)
                .number("estimate", e.estimate)
                .number("df", e.df)
                .number("p_value", e.p_value)
                .number("p_adjusted", e.p_adjusted)
                .number("conf_low", e.conf_low)
                .number("conf_high", e.conf_high)
                .number("mde", e.mde)
                .word("verdict", Some(claim.verdict().name()))
                .word("grade", Some(claim.grade().name()))
                .why(e.why),
        );
    }
}

/// People followed, tests, months, whole periods, survival.
pub(super) fn attrition(out: &mut Vec<Row>, a: &Attrition) {
    let row = |part| Row::of("attrition", part);
    out.extend(a.follow_up.iter().map(|f| {
        row("follow_up")
            .text("group", &f.group)
            .whole("n", Some(f.n))
            .whole("n_units", f.n_units)
            .whole("leavers", f.leavers)
            .hidden(f.hidden.into())
    }));
    attrition_tests(out, a);
    out.extend(a.months.iter().map(|m| {
        row("months")
            .text("group", &m.group)
            .text("month", &m.month)
            .whole("headcount", m.headcount)
            .whole("leavers", m.leavers)
            .number("rate", m.rate)
            .number("index", m.index)
            .number("index_low", m.index_low)
            .number("index_high", m.index_high)
            .why(m.why)
            .hidden(m.hidden.into())
    }));
    out.extend(a.rolling.iter().map(|m| {
        row("rolling")
            .text("group", &m.group)
            .text("month", &m.month)
            .number("horizon", a.rolling_months.map(f64::from))
            .number("rate", m.rate)
            .number("index", m.index)
            .number("index_low", m.index_low)
            .number("index_high", m.index_high)
            .hidden(m.hidden.into())
    }));
    out.extend(a.periods.iter().map(|p| {
        row("periods")
            .text("group", &p.group)
            .text("period", &p.period)
            .whole("person_months", p.person_months)
            .whole("leavers", p.leavers)
            .number("rate", p.rate)
            .number("annual_rate", p.annual_rate)
            .hidden(p.hidden.into())
    }));
    out.extend(a.km.iter().map(|p| {
        row("km")
            .text("group", &p.group)
            .number("time", Some(p.time))
            .number("survival", p.survival)
            .number("std_error", p.std_error)
            .number("conf_low", p.conf_low)
            .number("conf_high", p.conf_high)
            .whole("at_risk", Some(p.at_risk))
    }));
}

fn attrition_tests(out: &mut Vec<Row>, a: &Attrition) {
    let row = |part| Row::of("attrition", part);
    let kind = a.vcov.as_deref();
    out.extend(a.by_unit.iter().map(|e| row("by_unit").estimate(e).word("vcov", kind).number("mde", a.mde)));
    out.extend(a.risk_ratio.iter().map(|i| row("risk_ratio").interval(i)));
    out.extend(a.risk_difference.iter().map(|i| row("risk_difference").interval(i)));
    out.extend(a.logrank.iter().map(|t| row("logrank").number("statistic", t.statistic).number("p_value", t.p_value)));
    out.extend(a.cox.iter().map(|e| row("cox").estimate(e)));
    out.extend(a.medians.iter().map(|m| {
        let row = row("medians").text("group", &m.group).number("median", m.median);
        row.number("conf_low", m.conf_low).number("conf_high", m.conf_high).why(m.why)
    }));
    leaving::rows(out, a);
    if let Some(rmst) = &a.rmst {
        let horizon = Some(rmst.horizon);
        out.extend(rmst.arms.iter().map(|arm| {
            let row = row("rmst").text("group", &arm.group).number("horizon", horizon);
            row.number("estimate", arm.estimate).number("std_error", arm.std_error)
        }));
        out.push(row("rmst_difference").number("horizon", horizon).estimate(&rmst.difference));
        let by_unit = rmst.by_unit.iter();
        out.extend(by_unit.map(|e| row("rmst_by_unit").number("horizon", horizon).estimate(e).number("mde", rmst.mde)));
    }
}

/// Levels and stages, overall and by group, pairs, movement, transitions.
pub(super) fn stages(out: &mut Vec<Row>, s: &Stages) {
    let row = |part| Row::of("stages", part);
    out.extend(s.levels.iter().map(|l| level(row("levels"), l)));
    out.extend(s.stages.iter().map(|x| stage(row("stages"), x)));
    for group in &s.by {
        let place = |part| row(part).text("by", &group.by).text("group", &group.group);
        out.push(place("group").whole("n", group.n).hidden(group.hidden.into()));
        out.extend(group.levels.iter().map(|l| level(place("group_levels"), l)));
        out.extend(group.stages.iter().map(|x| stage(place("group_stages"), x)));
    }
    out.extend(s.superiority.iter().map(|p| {
        row("superiority")
            .text("by", &p.by)
            .text("from", &p.first)
            .text("to", &p.second)
            .number("estimate", p.estimate)
            .number("conf_low", p.conf_low)
            .number("conf_high", p.conf_high)
            .number("p_value", p.p_value)
            .why(p.why)
    }));
    out.extend(s.movement.iter().map(|m| {
        row("movement")
            .text("direction", &m.direction)
            .whole("count", m.count)
            .number("share", m.share)
            .number("conf_low", m.conf_low)
            .number("conf_high", m.conf_high)
            .hidden(m.hidden.into())
    }));
    out.extend(s.transitions.iter().map(|t| {
        row("transitions")
            .text("from", &t.from)
            .text("to", &t.to)
            .whole("count", t.count)
            .number("share", t.share)
            .number("conf_low", t.conf_low)
            .number("conf_high", t.conf_high)
            .hidden(t.hidden.into())
    }));
    out.extend(s.odds.iter().map(|o| {
        row("odds")
            .text("by", &o.by)
            .text("from", &o.first)
            .text("to", &o.second)
            .estimate(&o.log_odds)
            .number("odds_ratio", o.odds_ratio)
            .number("odds_low", o.odds_low)
            .number("odds_high", o.odds_high)
            .whole("n_clusters", o.n_clusters)
    }));
    if let Some(c) = &s.change {
        change(out, c);
    }
    s.follows.iter().for_each(|f| follow(out, f));
    if let Some(found) = &s.lifts {
        found.pooled.iter().for_each(|block| lifts(out, "lifts", block));
        found.blocks.iter().for_each(|block| lifts(out, "lifts_by_stage", block));
    }
}

/// An outcome by stage, and its trend.
fn follow(out: &mut Vec<Row>, f: &Follow) {
    let place = |part| {
        let row = Row::of("stages", part).text("outcome", &f.outcome).word("at", Some(&f.timing));
        row.number("horizon", f.horizon.map(f64::from))
    };
    out.extend(f.rows.iter().map(|x| {
        place("follows")
            .text("stage", &x.stage)
            .whole("n", x.n)
            .whole("n_units", x.n_units)
            .whole("leavers", x.leavers)
            .number("mean", x.mean)
            .number("conf_low", x.conf_low)
            .number("conf_high", x.conf_high)
            .why(x.why)
            .hidden(x.hidden.into())
    }));
    out.extend(f.trend.iter().map(|t| {
        place("trend")
            .whole("n", Some(f.n))
            .whole("n_units", t.n_units)
            .number("statistic", t.statistic)
            .number("estimate", t.concordance)
            .number("conf_low", t.conf_low)
            .number("conf_high", t.conf_high)
            .number("p_value", t.p_units)
    }));
}

/// A model of moving up.
fn lifts(out: &mut Vec<Row>, part: &'static str, block: &LiftBlock) {
    out.extend(block.terms.iter().map(|t| {
        Row::of("stages", part)
            .text("stage", &block.stages.join(" "))
            .text("term", &t.term)
            .word("at", Some(&t.kind))
            .whole("n", Some(block.n))
            .whole("n_clusters", block.n_units)
            .number("odds_ratio", t.odds_ratio)
            .number("odds_low", t.odds_low)
            .number("odds_high", t.odds_high)
            .number("p_value", t.p_value)
            .number("p_adjusted", t.p_adjusted)
            .why(t.why)
            .hidden(t.hidden.into())
    }));
}

/// Movement by group, merged steps, times, people who stay, the ends.
pub(super) fn change(out: &mut Vec<Row>, c: &Change) {
    let row = |part| Row::of("stages", part);
    for group in &c.movement_by {
        let place = || row("movement_by").text("by", &group.by).text("group", &group.group).whole("n", group.n);
        out.extend(group.rows.iter().map(|m| {
            place()
                .text("direction", &m.direction)
                .whole("count", m.count)
                .number("share", m.share)
                .number("conf_low", m.conf_low)
                .number("conf_high", m.conf_high)
                .hidden(m.hidden.into())
        }));
    }
    out.extend(c.steps.iter().map(|x| {
        row("steps")
            .text("stage", &x.stage)
            .text("direction", &x.direction)
            .whole("count", x.count)
            .number("share", x.share)
            .number("conf_low", x.conf_low)
            .number("conf_high", x.conf_high)
            .hidden(x.hidden.into())
    }));
    out.extend(c.time_to_rise.iter().map(|x| {
        row("time_to_rise")
            .text("stage", &x.stage)
            .whole("n", x.n)
            .whole("count", x.rose)
            .number("median", x.median)
            .interval(&x.expected)
            .hidden(x.hidden.into())
    }));
    out.extend(c.stuck.iter().map(|x| {
        row("stuck")
            .text("stage", &x.stage)
            .whole("waves", Some(u64::from(x.waves)))
            .whole("n", x.n)
            .whole("count", x.count)
            .number("share", x.share)
            .number("conf_low", x.conf_low)
            .number("conf_high", x.conf_high)
            .hidden(x.hidden.into())
    }));
    for x in &c.regression_to_mean {
        let place = |part| row(part).text("by", &x.by).text("group", &x.group).text("direction", &x.end);
        let cut = Some(u64::from(x.cut));
        out.push(place("ends_change").whole("level", cut).whole("n", x.n).interval(&x.change).hidden(x.hidden.into()));
        out.push(place("ends_chance").whole("level", cut).number("estimate", x.expected).hidden(x.hidden.into()));
        let rest = place("ends_rest").whole("level", cut).interval(&x.excess);
        out.push(rest.number("p_value", x.p_value).hidden(x.hidden.into()));
    }
}

fn level(row: Row, l: &LevelShare) -> Row {
    row.whole("level", Some(u64::from(l.level)))
        .text("stage", &l.stage)
        .whole("count", l.count)
        .number("share", l.share)
        .number("conf_low", l.conf_low)
        .number("conf_high", l.conf_high)
        .other(&l.other)
        .hidden(l.hidden.into())
}

fn stage(row: Row, s: &StageShare) -> Row {
    row.text("stage", &s.stage)
        .whole("count", s.count)
        .number("share", s.share)
        .number("conf_low", s.conf_low)
        .number("conf_high", s.conf_high)
        .other(&s.other)
        .hidden(s.hidden.into())
}
