//! Survival of 228 patients with advanced lung cancer by sex (Loprinzi et al., Journal of Clinical Oncology 1994; R's
//! `survival::lung`), typed in as days, negative where the patient was lost: every figure that the design promises of it.

use ndarray::Array2;
use oneonone::stats::concordance::concordance;
use oneonone::stats::cox::{Clock, Sample, Ties, fit, proportionality};
use oneonone::stats::survival::{Life, kaplan_meier, log_rank, restricted_mean_difference};

use super::agree::near;

#[rustfmt::skip]
const MEN: [i32; 138] = [
    11, 11, 11, 12, 13, 13, 15, 26, 30, 31, 53, 53, 54, 59, 60, 65, 65, 71, 81, 88, 88, 92, 93, 95, 105, 107, 110,
    116, 118, 131, 132, 132, 135, 142, 144, 147, 156, 156, 163, 163, 163, 166, 170, -174, 175, 176, 177, 179, 179,
    180, 181, 181, 183, -185, -188, 189, -191, -196, 197, -197, 202, 207, 210, 212, 218, -221, 222, -222, 223, -225,
    -225, 229, 230, -237, 239, 246, -259, 267, 269, 270, -279, 283, 284, -284, 285, 286, 288, 291, -292, -300, 301,
    -301, 303, -303, 306, 310, 320, 329, 337, 353, 353, 363, 364, 371, 387, 390, 394, -404, -413, 428, 429, 442,
    -444, 455, 457, -458, 460, 477, 519, 524, 533, 558, 567, 574, 583, 613, 624, 643, 655, 689, 707, 791, -806, 814,
    -840, 883, -1010, -1022,
];

#[rustfmt::skip]
const WOMEN: [i32; 90] = [
    5, 60, 61, 62, 79, 81, -92, 95, -105, 107, 122, 145, 145, 153, 166, 167, -173, -175, -177, 182, 186, -192, 194,
    199, 201, 201, -202, -203, 208, -211, -224, 226, -235, 239, -240, -243, 245, -252, -266, 268, -269, -272, -276,
    285, -292, 293, -296, 305, 310, -315, -332, 340, 345, 348, 350, 351, -356, 361, 363, -364, 371, -376, -382,
    -384, 426, 433, 444, 450, 473, -511, -511, 520, 524, -529, -543, 550, -551, -559, -588, 641, 654, 687, 705, 728,
    731, 735, -740, 765, -821, -965,
];

fn lives(days: &[i32]) -> Vec<Life> {
    let life = |day: &i32| {
        let time = f64::from(day.abs());
        if *day > 0 { Life::left(time) } else { Life::stayed(time) }
    };
    days.iter().map(life).collect()
}

#[test]
fn curves_medians_and_restricted_means_are_the_published_ones() {
    let (men, women) = (kaplan_meier(&lives(&MEN)), kaplan_meier(&lives(&WOMEN)));
    assert_eq!((men.people, men.events, women.people, women.events), (138, 112, 90, 53));
    assert_eq!((men.median(), women.median()), (Some(270.0), Some(426.0)));
    let digits = |what: &str, actual: f64, printed: f64| assert!((actual - printed).abs() < 5.1e-8, "{what}: {actual}");
    digits("men at 180 days", men.at(180.0).survival, 0.6444650);
    digits("their error", men.at(180.0).std_error, 0.0407864);
    digits("women at 180 days", women.at(180.0).survival, 0.8424017);
    let (a, b) = (men.restricted_mean(365.0), women.restricted_mean(365.0));
    near("men", a.mean, 241.49508519205702, 1e-12);
    near("error", a.std_error, 10.35822649109694, 1e-12);
    near("women", b.mean, 297.46540953203680, 1e-12);
    near("error", b.std_error, 10.79132397880009, 1e-12);
    let difference = restricted_mean_difference(&b, &a, 0.95);
    near("difference", difference.estimate, 55.9703243399798, 1e-12);
    near("error", difference.std_error, 10.35822649109694_f64.hypot(10.79132397880009), 1e-12);
}

#[test]
fn hazards_are_compared_as_in_r() {
    let (men, women) = (lives(&MEN), lives(&WOMEN));
    near("log-rank", log_rank(&[(&women, &men)]).unwrap().statistic, 10.326742, 1e-8);
    let all: Vec<Life> = men.iter().chain(&women).copied().collect();
    let x = Array2::from_shape_fn((228, 1), |(i, _)| if i < 138 { 1.0 } else { 2.0 });
    let sample = Sample::new(&all, &x);
    let fitted = fit(&sample, Ties::Efron).unwrap();
    near("Cox", fitted.coefficients[0], -0.5310235, 1e-7);
    near("error", fitted.std_errors()[0], 0.1671786, 1e-7);
    let scores = fitted.scores(&x);
    near("C", concordance(&all, &scores, None, None).unwrap().c, 0.5786449485360248, 1e-12);
    let test = proportionality(&sample, &fitted, &[vec![0]], Clock::KaplanMeier, None).unwrap();
    near("proportional", test.global.unwrap().statistic, 2.863235149320586, 1e-6);
    near("p", test.global.unwrap().p_value, 0.09062506425299618, 1e-6);
}
