//! Value checks of IP addresses and ranges. Mirrors apimachinery's `util/validation/ip.go`; strict validation is on since 1.36.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Why;
use crate::schema::Version;

/// The first version that reads addresses strictly.
const STRICT: Version = Version(36);

/// A check of a value.
type Check = fn(&str) -> Result<(), Why>;

/// An address as a server of `version` takes it. Since 1.36: no leading zeros in an IPv4 part, no IPv4 address written as IPv6.
pub fn ip(version: Version) -> Check {
    if version < STRICT { |value| lenient_ip(value).map(drop) } else { |value| strict_ip(value).map(drop) }
}

/// An address that must also be written the one way RFC 5952 has for it (fields newer than the strict rule).
pub fn canonical_ip(value: &str) -> Result<(), Why> {
    let canonical = strict_ip(value)?.to_string();
    if canonical == value { Ok(()) } else { Err(format!("must be written `{canonical}`").into()) }
}

/// An IPv4 address.
pub fn ipv4(version: Version) -> Check {
    if version < STRICT { |value| is_ipv4(lenient_ip(value)?) } else { |value| is_ipv4(strict_ip(value)?) }
}

/// An IPv6 address.
pub fn ipv6(version: Version) -> Check {
    if version < STRICT { |value| is_ipv6(lenient_ip(value)?) } else { |value| is_ipv6(strict_ip(value)?) }
}

/// A range, `10.0.0.0/8`, as a server of `version` takes it. Since 1.36: written as an address is, with no bit set beyond the
/// prefix.
pub fn cidr(version: Version) -> Check {
    if version < STRICT { |value| lenient_cidr(value).map(drop) } else { |value| strict_cidr(value).map(drop) }
}

/// A range that must also be written the one way RFC 5952 has for it.
pub fn canonical_cidr(value: &str) -> Result<(), Why> {
    let (ip, bits) = strict_cidr(value)?;
    let canonical = format!("{ip}/{bits}");
    if canonical == value { Ok(()) } else { Err(format!("must be written `{canonical}`").into()) }
}

/// The address as the server's own lenient reader takes it: leading zeros are decimal, IPv4 in IPv6 is IPv4.
pub fn sloppy_ip(value: &str) -> Option<IpAddr> {
    if !value.contains(':') {
        return sloppy_ipv4(value).map(IpAddr::V4);
    }
    let (head, tail) = value.rsplit_once(':')?;
    let ip: Ipv6Addr = match sloppy_ipv4(tail) {
        Some(v4) if tail.contains('.') => format!("{head}:{v4}").parse().ok()?,
        _ => value.parse().ok()?,
    };
    Some(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4))
}

/// The range as the server's own lenient reader takes it: network address (host bits dropped) and prefix length.
pub fn sloppy_cidr(value: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = value.split_once('/')?;
    let ip = sloppy_ip(address)?;
    // The prefix counts in the family the address is written in.
    let (most, mapped) = if address.contains(':') { (128, ip.is_ipv4()) } else { (32, false) };
    if bits.is_empty() || bits.len() > 4 || !bits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let bits = bits.parse::<u16>().ok().filter(|&bits| bits <= most)? as u8;
    let bits = if mapped { bits.checked_sub(96)? } else { bits };
    Some((masked(ip, bits), bits))
}

fn is_ipv4(ip: IpAddr) -> Result<(), Why> {
    if ip.is_ipv4() { Ok(()) } else { Err("must be an IPv4 address".into()) }
}

fn is_ipv6(ip: IpAddr) -> Result<(), Why> {
    if ip.is_ipv6() { Ok(()) } else { Err("must be an IPv6 address".into()) }
}

fn lenient_ip(value: &str) -> Result<IpAddr, Why> {
    sloppy_ip(value).ok_or("must be an IP address, such as `192.0.2.1` or `2001:db8::1`".into())
}

fn lenient_cidr(value: &str) -> Result<(IpAddr, u8), Why> {
    let why = "must be an IP address and a prefix length, such as `192.0.2.0/24` or `2001:db8::/64`";
    sloppy_cidr(value).ok_or(why.into())
}

fn strict_ip(value: &str) -> Result<IpAddr, Why> {
    let lenient = lenient_ip(value)?;
    match value.parse() {
        Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_some() => Err("must not be an IPv4 address written as IPv6".into()),
        Ok(ip) => Ok(ip),
        Err(_) => Err(format!("must not have leading zeros: write `{lenient}`").into()),
    }
}

fn strict_cidr(value: &str) -> Result<(IpAddr, u8), Why> {
    let (network, bits) = lenient_cidr(value)?;
    let (address, length) = value.split_once('/').unwrap_or((value, ""));
    let ip = strict_ip(address)?;
    if length.len() > 1 && length.starts_with('0') {
        return Err(format!("must not have leading zeros: write `{network}/{bits}`").into());
    }
    if ip != network {
        return Err(format!("must not have bits set beyond its prefix: write `{network}/{bits}`").into());
    }
    Ok((ip, bits))
}

fn sloppy_ipv4(value: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = value.split('.').collect();
    let &[a, b, c, d] = parts.as_slice() else { return None };
    let part = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.trim_start_matches('0')
            .parse::<u8>()
            .ok()
            .or((digits && text.bytes().all(|b| b == b'0')).then_some(0))
            .filter(|_| digits)
    };
    Some(Ipv4Addr::new(part(a)?, part(b)?, part(c)?, part(d)?))
}

fn masked(ip: IpAddr, bits: u8) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & mask))
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask))
        }
    }
}
