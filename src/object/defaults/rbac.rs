//! Defaults of role bindings.

use super::Slot;

/// The group of roles, and of users and groups as subjects.
const GROUP: &str = "rbac.authorization.k8s.io";

/// `rbac.authorization.k8s.io/v1` RoleBinding and ClusterRoleBinding.
pub fn binding(root: &mut Slot) {
    if let Some(mut role) = root.struct_at("roleRef") {
        role.default_str("apiGroup", GROUP);
    }
    root.each("subjects", |subject| {
        if matches!(subject.text("kind"), "User" | "Group") {
            subject.default_str("apiGroup", GROUP);
        }
    });
}
