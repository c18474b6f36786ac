//! Tables of values that each check takes and refuses.

use super::*;
use crate::schema::Version;

type Check = fn(&str) -> Result<(), Why>;

fn table(name: &str, check: Check, good: &[&str], bad: &[&str]) {
    for value in good {
        assert!(check(value).is_ok(), "{name} should take {value:?}: {:?}", check(value));
    }
    for value in bad {
        assert!(check(value).is_err(), "{name} should refuse {value:?}");
    }
}

#[test]
fn names() {
    let (n63, n64) = ("a".repeat(63), "a".repeat(64));
    let (n253, n254) = ("a".repeat(253), "a".repeat(254));
    table("dns_label", dns_label, &["a", "0", "a-0", "1a", &n63], &["", "-a", "a-", "A", "a.b", "a_b", "ä", &n64]);
    table("dns_label_1035", dns_label_1035, &["a", "a-0", &n63], &["", "1a", "-a", "a-", "A", "a.b", &n64]);
    table("dns_subdomain", dns_subdomain, &["a", "a.b", "1.2", &n253], &["", ".", "a.", ".a", "a..b", "A.b", "a_b", &n254]);
    table("wildcard", wildcard_dns_subdomain, &["*.a", "*.a.b"], &["*", "a.b", "*.", "*a.b", "*.*.a", "a.*"]);
    table("search path", dns_subdomain_with_underscore, &["_a", "a_b.c", "a"], &["_", "a_", "__a", "-a", "a..b"]);
    table("fully qualified", fully_qualified_name, &["a.b.c"], &["a.b", "a", "", "a.b."]);
}

#[test]
fn keys_and_labels() {
    let n64 = "a".repeat(64);
    let good = ["a", "A", "a-b_c.d", "0", "example.com/a", "a/A.b"];
    table("qualified_name", qualified_name, &good, &["", "/a", "a/", "a/b/c", "-a", "a-", "A/b", "a b", "a_b/c", &n64]);
    table("annotation_key", annotation_key, &["A", "Example.COM/a"], &["", "a b", "a/b/c"]);
    table("label_value", label_value, &["", "a", "A.b_c-d", "0"], &["-a", "a-", "a b", "a/b", &n64]);
    table("domain_prefixed_path", domain_prefixed_path, &["a.b/c", "a/b/c"], &["a", "/a", "a/", "A/b", "a/b c"]);
    table("config_map_key", config_map_key, &["a", "A.b", ".a", "...a"[2..].into(), "-"], &["", ".", "..", "..a", "a b", "a/b"]);
}

#[test]
fn small_values() {
    table("port_name", port_name, &["http", "a-1", "1a"], &["", "80", "a--b", "-a", "a-", "A", "abcdefghijklmnop"]);
    table("env_var_name", env_var_name, &["A", "1", "a b", "..", "a.b", "~"], &["", "a=b", "a\n", "ä"]);
    table("env_var_name_strict", env_var_name_strict, &["A", "_a", "a.b", ".a"], &["", "1", "..", ".", "..a", "a b"]);
    table("c_identifier", c_identifier, &["a", "_", "A1"], &["", "1", "a-b"]);
    table("http_header_name", http_header_name, &["X-A"], &["", "a b", "a_b"]);
    table("percent", percent, &["0%", "100%", "007%"], &["", "%", "5", "-5%", "1.5%", "5%%"]);
    table("sysctl", sysctl, &["a", "net.core.a_b", "a/b", "a-b"], &["", ".a", "a.", "a..b", "A", "_a"]);
    table("base64", base64, &["", "YQ==", "YWI=", "YWJj", "YW\nJj"], &["Y", "YQ", "YQ=", "YQ===", "Y Q=", "!!!!", "YQ==YQ=="]);
    assert_eq!(base64_decoded("YWI="), Some(b"ab".to_vec()));
    assert_eq!([generated("a-"), generated("-"), generated("web-"), generated("a_-")], ["a", "-", "wea", "aa"]);
}

#[test]
fn addresses() {
    let bad =
        ["", "a", "1.2.3", "256.1.1.1", "01.2.3.4", "::ffff:1.2.3.4", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9", "12345::", ":::"];
    table("ip", ip(Version(36)), &["1.2.3.4", "0.0.0.0", "::", "::1", "2001:DB8::1", "1::1.2.3.4"], &bad);
    table("canonical_ip", canonical_ip, &["1.2.3.4", "2001:db8::1"], &["2001:DB8::1", "2001:db8:0::1", "01.2.3.4"]);
    let bad = [
        "",
        "1.2.3.4",
        "1.2.3.4/24",
        "1.2.3.0/33",
        "1.2.3.0/024",
        "01.2.3.0/24",
        "::/129",
        "1.2.3.0/-1",
        "1.2.3.0/",
        "::ffff:0:0/96",
    ];
    table("cidr", cidr(Version(36)), &["1.2.3.0/24", "0.0.0.0/0", "1.2.3.4/32", "::/0", "2001:DB8::/64"], &bad);
    let old = Version(35);
    table("older ip", ip(old), &["01.2.3.4", "::ffff:1.2.3.4", "::1"], &["", "a", "1.2.3", "256.1.1.1", ":::"]);
    table("older ipv4", ipv4(old), &["01.2.3.4", "::ffff:1.2.3.4"], &["::1", "a"]);
    table("older ipv6", ipv6(old), &["::1"], &["01.2.3.4", "::ffff:1.2.3.4"]);
    table("older cidr", cidr(old), &["1.2.3.4/24", "1.2.3.0/024", "01.2.3.0/24"], &["1.2.3.4", "1.2.3.0/33", "::/129"]);
    assert_eq!(sloppy_ip("010.001.1.00"), Some([10, 1, 1, 0].into()));
    assert_eq!(sloppy_ip("::ffff:010.1.1.1"), Some([10, 1, 1, 1].into()));
    assert_eq!(sloppy_cidr("10.1.1.1/08"), Some(([10, 0, 0, 0].into(), 8)));
}

#[test]
fn paths() {
    table("local_path", local_path, &["a", "a/b", "..a", "", "a..b"], &["/a", "..", "a/../b", "../a"]);
    table("reserved_path", reserved_path, &["a", ".a"], &["..a", "..", "/a"]);
    table("ingress_path", ingress_path, &["/", "/a", "/a.b", "/a/"], &["", "a", "//", "/./a", "/a/..", "/a/.", "/%2f", "/%2F"]);
    table("http_path", http_path, &["a", "/a%20b"], &["", "a b", "a?b", "a#b"]);
    table("absolute_path", absolute_path, &["/"], &["", "a"]);
}

#[test]
fn resources() {
    table("resource_name", resource_name, &["cpu", "pods", "hugepages-2Mi", "a.b/c"], &["", "gpu", "a/b/c", "CPU"]);
    let good = ["cpu", "memory", "ephemeral-storage", "hugepages-1Gi", "nvidia.com/gpu", "kubernetes.io/x"];
    table("container_resource_name", container_resource_name, &good, &["storage", "pods", "gpu", "requests.a.b/c"]);
    assert!(is_extended_resource("nvidia.com/gpu") && !is_extended_resource("requests.nvidia.com/gpu"));
    assert!(!is_extended_resource("x.kubernetes.io/a") && is_integer_resource("pods"));
}
