//! Names inside a pod. Mirrors core/v1 validation of host names, `hostAliases`, `dnsPolicy` and `dnsConfig`.

use super::{Verdicts, text};
use crate::object::Field;
use crate::schema::Version;

/// `hostname`, `subdomain` and `hostnameOverride`.
pub fn host_names(errs: &mut Verdicts, spec: Field) {
    errs.may(spec.get("hostname"), text::dns_label);
    errs.may(spec.get("subdomain"), text::dns_label);
    let name = spec.get("hostnameOverride");
    if !errs.may(name, short_name) && name.is_empty() {
        return;
    }
    if spec.get("setHostnameAsFQDN").is_true() {
        errs.forbidden(spec.get("setHostnameAsFQDN"), "`hostnameOverride` already names the pod");
    }
    if spec.get("hostNetwork").is_true() {
        errs.forbidden(name, "a pod with `hostNetwork` has the node's name");
    }
}

/// A domain name that the kernel takes for a host's.
fn short_name(value: &str) -> Result<(), super::Why> {
    if value.len() > 64 {
        return Err("must be at most 64 characters".into());
    }
    text::dns_subdomain(value)
}

/// `hostAliases`: lines of /etc/hosts.
pub fn host_aliases(errs: &mut Verdicts, aliases: Field, version: Version) {
    for alias in aliases.items() {
        check(errs, alias.get("ip"), text::ip(version));
        for name in alias.get("hostnames").items() {
            check(errs, name, text::dns_subdomain);
        }
    }
}

/// `dnsPolicy` and `dnsConfig`.
pub fn dns(errs: &mut Verdicts, spec: Field, version: Version) {
    errs.must_be_one_of(spec.get("dnsPolicy"), &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]);
    let config = spec.get("dnsConfig");
    let servers = config.get("nameservers");
    if spec.get("dnsPolicy").text() == "None" {
        if !config.exists() {
            errs.required(config, "`dnsPolicy: None` leaves all to it");
            return;
        }
        if servers.is_empty() {
            errs.required(servers, "`dnsPolicy: None` leaves all to it");
            return;
        }
    }
    if servers.len() > 3 {
        errs.invalid(servers, "at most 3 name servers are allowed");
    }
    for server in servers.items() {
        check(errs, server, text::ip(version));
    }
    searches(errs, config.get("searches"), version);
    for option in config.get("options").items() {
        if option.get("name").is_empty() {
            errs.required(option, "an option has a name");
        }
    }
}

/// The search list: at most as many and as long as libc takes them.
fn searches(errs: &mut Verdicts, searches: Field, version: Version) {
    if searches.len() > 32 {
        errs.invalid(searches, "at most 32 search paths are allowed");
    }
    let length: usize = searches.items().map(|search| search.text().len() + 1).sum();
    if length > 2048 + 1 {
        errs.invalid(searches, "at most 2048 characters are allowed in all, spaces between them included");
    }
    for search in searches.items() {
        let name = search.text();
        let rest = name.strip_suffix('.').unwrap_or(name);
        let checked = match name {
            _ if version < Version(33) => text::dns_subdomain(rest),
            "." => Ok(()),
            _ => text::dns_subdomain_with_underscore(rest),
        };
        if let Err(why) = checked {
            errs.invalid(search, why);
        }
    }
}

/// Checks a value that may not be empty either.
fn check(errs: &mut Verdicts, field: Field, check: fn(&str) -> Result<(), super::Why>) {
    if let Err(why) = check(field.text()) {
        errs.invalid(field, why);
    }
}
