//! The kinds around workloads: networking, RBAC, autoscaling, policy, admission, storage classes and the rest.

use super::Check;

/// Which function validates which of these kinds.
pub const KINDS: &[(&str, &str, Check)] = &[];
