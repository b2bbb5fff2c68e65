//! Claims: which grade the evidence carries, and that words of cause cannot be had without chance.

use oneonone::findings::claim::Verdict;
use oneonone::findings::{Basis, Claim, Evidence, Grade, Scale};
use oneonone::text::{Causal, Language, say_claim};

fn evidence() -> Evidence {
    Evidence {
        design: "randomised".into(),
        check_passed: Some(true),
        unit: "manager_id".into(),
        by_unit: true,
        basis: Basis::AsAssigned,
        n_units: Some([20, 20]),
        estimate: Some(3.0),
        df: Some(30.0),
        p_value: Some(0.01),
        ..Evidence::default()
    }
}

fn grade(change: impl Fn(&mut Evidence)) -> (Verdict, Grade, bool) {
    let mut evidence = evidence();
    change(&mut evidence);
    let claim = Claim::weigh(evidence);
    (claim.verdict(), claim.grade(), claim.causal())
}

#[test]
fn only_chance_that_passed_its_check_gives_a_cause_and_each_reservation_costs_a_step() {
    use Verdict::{Alike, Higher, Lower, NotShown, Undecided};
    assert_eq!(grade(|_| {}), (Higher, Grade::A, true));
    assert_eq!(grade(|e| e.estimate = Some(-3.0)), (Lower, Grade::A, true));
    assert_eq!(grade(|e| e.df = Some(6.0)), (Higher, Grade::B, true));
    assert_eq!(grade(|e| (e.df, e.p_shuffled) = (Some(6.0), Some(0.2))), (Higher, Grade::C, true));
    assert_eq!(grade(|e| e.check_passed = Some(false)), (Higher, Grade::C, false));
    assert_eq!(grade(|e| e.check_passed = None), (Higher, Grade::C, false));
    assert_eq!(grade(|e| e.design = "observational".into()), (Higher, Grade::C, false));
    assert_eq!(grade(|e| e.basis = Basis::AsDone), (Higher, Grade::C, false));
    assert_eq!(grade(|e| e.basis = Basis::Change), (Higher, Grade::C, false));
    assert_eq!(grade(|e| e.basis = Basis::Instrument), (Higher, Grade::B, true));
    assert_eq!(grade(|e| e.p_adjusted = Some(0.06)), (NotShown, Grade::D, false));
    assert_eq!(grade(|e| e.by_unit = false), (Undecided, Grade::D, false));
    assert_eq!(grade(|e| e.p_value = None), (Undecided, Grade::D, false));
    let alike = |e: &mut Evidence| (e.p_value, e.p_equivalence, e.margin) = (Some(0.4), Some(0.01), Some(5.0));
    assert_eq!(grade(alike), (Alike, Grade::A, false));
    let ratio = |e: &mut Evidence| (e.scale, e.estimate) = (Scale::Ratio, Some(0.8));
    assert_eq!(grade(ratio), (Lower, Grade::A, true));
}

#[test]
fn a_grade_written_by_hand_into_a_file_does_not_survive_reading() {
    let mut evidence = evidence();
    evidence.design = "observational".into();
    let mut json = serde_json::to_value(Claim::weigh(evidence)).unwrap();
    assert_eq!((&json["grade"], &json["causal"]), (&"C".into(), &false.into()));
    json["grade"] = "A".into();
    json["causal"] = true.into();
    let read: Claim = serde_json::from_value(json).unwrap();
    assert_eq!((read.grade(), read.causal()), (Grade::C, false));
    let again: Claim = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(again, read);
}

#[test]
fn a_claim_speaks_of_cause_only_with_a_permit() {
    let args = [("treatment", "A".to_string())];
    for language in Language::ALL {
        let plain = say_claim(None, language, "mean_higher", &args);
        let permit = Causal::permit_claim("randomised", Some(true), "as_assigned");
        assert_ne!(say_claim(permit, language, "mean_higher", &args), plain);
        for (design, check, basis) in [
            ("observational", Some(true), "as_assigned"),
            ("randomised", Some(false), "as_assigned"),
            ("randomised", None, "as_assigned"),
            ("randomised", Some(true), "as_done"),
            ("randomised", Some(true), "change"),
        ] {
            let permit = Causal::permit_claim(design, check, basis);
            assert!(permit.is_none(), "{design} {check:?} {basis}");
            assert_eq!(say_claim(permit, language, "mean_higher", &args), plain);
        }
    }
}
