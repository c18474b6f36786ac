//! How objects of one version become those of another. Mirrors apiextensions validation of `conversion`.

use crate::object::Field;
use crate::validate::Verdicts;
use crate::validate::others::admission;

/// The whole of `conversion`. The server prints what is in `webhook` without that step.
pub fn conversion(errs: &mut Verdicts, conversion: Field) {
    if !conversion.exists() {
        return;
    }
    let (strategy, webhook) = (conversion.get("strategy"), conversion.get("webhook"));
    let (client, reviews) = (webhook.get("clientConfig"), webhook.get("conversionReviewVersions"));
    errs.must_be_one_of(strategy, &["None", "Webhook"]);
    let before = errs.len();
    if strategy.text() == "Webhook" {
        admission::client_config(errs, client);
        admission::review_versions(errs, reviews);
    } else {
        for (field, set) in [(client, client.exists()), (reviews, !reviews.is_empty())] {
            if set {
                errs.forbidden(field, "it goes with `strategy: Webhook`");
            }
        }
    }
    errs.reprint(before, &client.path(), &format!("{}.webhookClientConfig", conversion.path()));
    errs.reprint(before, &reviews.path(), &format!("{}.conversionReviewVersions", conversion.path()));
}
