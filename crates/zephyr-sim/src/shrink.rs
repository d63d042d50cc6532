//! Makes a failing run smaller: fewer replicas, fewer kinds of faults, fewer incidents, a shorter time.
//!
//! What fails differently is another failure: a smaller plan counts only where it breaks the same rule.

use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::plan::Plan;

/// The smallest plan found for which `fails` says yes, in at most `tries` runs. `incidents` is how many declarations
/// the plan makes.
pub fn shrink(plan: Plan, incidents: u64, tries: u32, mut fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut smallest = plan;
    let mut left = tries;
    loop {
        let mut found = None;
        for candidate in smaller(&smallest, incidents) {
            if left == 0 {
                return smallest;
            }
            left -= 1;
            if fails(&candidate) {
                found = Some(candidate);
                break;
            }
        }
        match found {
            Some(candidate) => smallest = candidate,
            None => return smallest,
        }
    }
}

/// Plans that are a little smaller, the boldest first.
fn smaller(plan: &Plan, incidents: u64) -> Vec<Plan> {
    let mut all = Vec::new();
    if plan.replicas > 1 {
        all.push(Plan { replicas: 1, ..plan.clone() });
        all.push(Plan { replicas: plan.replicas - 1, ..plan.clone() });
    }
    let present: Vec<Fault> = Fault::ALL.into_iter().filter(|fault| plan.rate(*fault) != 0).collect();
    let without = |faults: &[Fault]| {
        let without = plan.without.iter().chain(faults).copied().collect();
        Plan { without, ..plan.clone() }
    };
    if present.len() > 3 {
        let (one, other) = present.split_at(present.len() / 2);
        all.extend([without(one), without(other)]);
    }
    all.extend(present.iter().map(|fault| without(&[*fault])));
    let made: BTreeSet<u64> = plan.incidents.clone().unwrap_or_else(|| (0..incidents).collect());
    if made.len() > 1 {
        all.extend(made.iter().map(|only| Plan { incidents: Some(BTreeSet::from([*only])), ..plan.clone() }));
        for number in &made {
            let rest = made.iter().copied().filter(|other| other != number).collect();
            all.push(Plan { incidents: Some(rest), ..plan.clone() });
        }
    }
    all.extend([5, 10, 20].into_iter().filter(|minutes| *minutes < plan.minutes).map(|minutes| {
        let minutes = if minutes == 20 { plan.minutes - 5 } else { minutes };
        Plan { minutes, ..plan.clone() }
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Profile;

    #[test]
    fn what_is_left_is_what_it_takes() {
        let plan = Plan::new(7, Profile::named("everything").unwrap());
        let fails = |plan: &Plan| {
            let incidents = plan.incidents.as_ref();
            plan.rate(Fault::LostBack) > 0
                && incidents.is_none_or(|kept| kept.contains(&3) && kept.contains(&5))
                && plan.minutes > 15
        };
        let found = shrink(plan.clone(), 8, 1_000, fails);
        // What one replica alone never meets need not be left out.
        let alone = Plan { replicas: 1, ..plan.clone() };
        let others = Fault::ALL.into_iter().filter(|fault| *fault != Fault::LostBack && alone.rate(*fault) > 0);
        let others: Vec<&str> = others.map(Fault::name).collect();
        let wanted = format!(
            "--seed 7 --profile everything --replicas 1 --chaos 20 --incidents 3,5 --without {}",
            others.join(",")
        );
        assert_eq!(found.to_string(), wanted);
    }

    #[test]
    fn a_bound_on_tries_ends_it() {
        let plan = Plan::new(7, Profile::named("everything").unwrap());
        let mut tried = 0;
        let found = shrink(plan.clone(), 8, 3, |_| {
            tried += 1;
            false
        });
        assert_eq!((found, tried), (plan, 3));
    }
}
