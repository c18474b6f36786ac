//! Updates of Ingresses and ServiceCIDRs. Mirrors networking/v1: an old annotation may disagree, a range given stays.

use super::{As, Update, refuse, same};
use crate::validate::Verdicts;

/// An Ingress. Its class and the annotation that was there before must agree on creation only.
pub fn ingress(errs: &mut Verdicts, _: Update) {
    errs.withdraw("annotations.kubernetes.io/ingress.class");
}

/// A ServiceCIDR. A second range can be added to the one that is there.
pub fn service_cidr(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec").get("cidrs"), update.new.get("spec").get("cidrs"));
    if old.len() != new.len() && (old.len(), new.len()) != (1, 2) {
        refuse(errs, new, As::Invalid, "ranges cannot be removed after creation".to_string());
        return;
    }
    for (was, is) in old.items().zip(new.items()) {
        if !same(was, is) {
            refuse(errs, is, As::Invalid, "a range cannot be changed after creation".to_string());
        }
    }
}
