//! `Quantity`: amounts such as `500m`, `1.5Gi`, `1e3`, read, compared and written as apimachinery's `resource.Quantity` does.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Field;
use crate::validate::Why;
use crate::yaml::Kind;

/// An amount: `mantissa × 10^scale`, with the notation it was written in.
///
/// Exact up to 38 decimal digits, far beyond what the server counts with (int64).
#[derive(Clone, Debug)]
pub struct Quantity {
    mantissa: i128,
    scale: i32,
    format: Format,
    width: Width,
    /// The text, where the server keeps it as the canonical form.
    kept: Kept,
}

/// The text of an amount, kept where the server keeps it. Nearly all are short, and read ten times for each pod.
#[derive(Clone, Debug)]
enum Kept {
    No,
    Short(u8, [u8; SHORT]),
    Long(Box<str>),
}

const SHORT: usize = 14;

impl Kept {
    fn new(text: &str) -> Kept {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(room) => {
                room.copy_from_slice(text.as_bytes());
                Kept::Short(text.len() as u8, bytes)
            }
            None => Kept::Long(text.into()),
        }
    }
}

/// Which suffixes an amount is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `n u m k M G T P E`.
    DecimalSi,
    /// `e3`.
    DecimalExponent,
    /// `Ki Mi Gi Ti Pi Ei`.
    BinarySi,
}

/// How the server holds an amount; they overflow differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    /// An int64 and a scale.
    Int64,
    /// A decimal of any length.
    Big,
}

/// The finest the server counts: 10^-9.
const NANO: i32 = -9;

/// Digits beyond these leave int64.
const INT64_DIGITS: i32 = 18;

/// No exponent beyond this can matter; held here so that sums of scales stay in range.
const FAR: i32 = 1 << 20;

const DECIMAL: &[(&str, i32)] =
    &[("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

const BINARY: &[(&str, i32)] = &[("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

impl Quantity {
    /// Reads `text`; nothing around the number is allowed, spaces neither.
    pub fn parse(text: &str) -> Result<Quantity, Why> {
        if let Some(quantity) = usual(text) {
            return Ok(quantity);
        }
        let parts = split(text)?;
        let (exponent, format) = suffix(parts.suffix)?;
        Ok(match fast(text, &parts, exponent, format) {
            Some(quantity) => quantity,
            None => slow(&parts, exponent, format),
        })
    }

    /// The amount in `field`: a string, or a number as JSON writes it. `None` for anything else and for what does not parse.
    pub fn of(field: Field) -> Option<Quantity> {
        match field.kind() {
            Kind::Str => Quantity::parse(field.text().trim()).ok(),
            Kind::Int(value) => Quantity::parse(&value.to_string()).ok(),
            Kind::BigInt(value) => Quantity::parse(&value.to_string()).ok(),
            Kind::Float(value) => Quantity::parse(&json_number(value)).ok(),
            _ => None,
        }
    }

    /// Nothing.
    pub fn zero() -> Quantity {
        Quantity { mantissa: 0, scale: 0, format: Format::DecimalSi, width: Width::Int64, kept: Kept::No }
    }

    /// `count` units.
    pub fn units(count: i64) -> Quantity {
        Quantity { mantissa: i128::from(count), ..Quantity::zero() }
    }

    /// The form the server stores and prints.
    pub fn canonical(&self) -> String {
        if let Some(text) = self.kept() {
            return text.to_string();
        }
        if self.is_zero() {
            return "0".to_string();
        }
        if self.format == Format::BinarySi
            && let Some(whole) = self.whole().filter(|whole| whole.abs() >= 1024)
        {
            let (number, times) = without_factor(whole, 1024);
            return format!("{number}{}", name(BINARY, times * 10));
        }
        let (mut number, times) = without_factor(self.mantissa, 10);
        let mut exponent = self.scale + times;
        while exponent.rem_euclid(3) != 0 {
            number = number.saturating_mul(10);
            exponent -= 1;
        }
        match self.format {
            Format::DecimalExponent if exponent == 0 => number.to_string(),
            Format::DecimalExponent => format!("{number}e{exponent}"),
            _ => format!("{number}{}", name(DECIMAL, exponent)),
        }
    }

    /// The number and power of ten that Go's struct holds, and whether in its int64 (else in its decimal of any length).
    pub(crate) fn in_go(&self) -> (i128, i32, bool) {
        (self.mantissa, self.scale, self.width == Width::Int64)
    }

    /// The text it was read from, where it survives in Go's struct.
    pub(crate) fn kept(&self) -> Option<&str> {
        match &self.kept {
            Kept::No => None,
            Kept::Short(len, bytes) => std::str::from_utf8(&bytes[..usize::from(*len)]).ok(),
            Kept::Long(text) => Some(text),
        }
    }

    /// What Go calls its notation.
    pub(crate) fn format_name(&self) -> &'static str {
        match self.format {
            Format::DecimalSi => "DecimalSI",
            Format::DecimalExponent => "DecimalExponent",
            Format::BinarySi => "BinarySI",
        }
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        self.mantissa.signum() as i32
    }

    /// In thousandths, rounded up; overflows as the server's int64 does.
    pub fn milli(&self) -> i64 {
        self.scaled(-3)
    }

    /// In whole units, rounded up; overflows as the server's int64 does.
    pub fn value(&self) -> i64 {
        self.scaled(0)
    }

    /// Whether it is a whole number of units.
    pub fn is_whole(&self) -> bool {
        self.whole().is_some()
    }

    /// Rounded up (away from zero) to a multiple of `10^scale`. Defaulting rounds resources to `-3`, thousandths.
    pub fn rounded_up(&self, scale: i32) -> Quantity {
        if self.width == Width::Int64 && self.scale >= scale {
            return self.clone();
        }
        let mantissa = shifted(self.mantissa, self.scale.saturating_sub(scale));
        Quantity { mantissa, scale, kept: Kept::No, ..self.clone() }
    }

    /// The sum, written as the larger-format operand `self` is.
    pub fn plus(&self, other: &Quantity) -> Quantity {
        let scale = self.scale.min(other.scale);
        let sum = shifted(self.mantissa, self.scale - scale).saturating_add(shifted(other.mantissa, other.scale - scale));
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { mantissa: sum, scale, format, width: Width::Int64, kept: Kept::No }
    }

    /// `self` without `other`.
    pub fn minus(&self, other: &Quantity) -> Quantity {
        self.plus(&Quantity { mantissa: other.mantissa.saturating_neg(), kept: Kept::No, ..other.clone() })
    }

    /// `self`, `count` times.
    pub fn times(&self, count: i64) -> Quantity {
        Quantity { mantissa: self.mantissa.saturating_mul(i128::from(count)), kept: Kept::No, ..self.clone() }
    }

    fn scaled(&self, scale: i32) -> i64 {
        let by = self.scale - scale;
        // The server keeps the low 64 bits in these cases, and answers 0 for what overflows in the others.
        if self.width == Width::Big || matches!(by, 1 | 2 | 3 | 6 | 9) {
            return low_bits(self.mantissa, by);
        }
        i64::try_from(shifted(self.mantissa, by)).unwrap_or(0)
    }

    /// The number of whole units, if there is no part of one.
    fn whole(&self) -> Option<i128> {
        let (number, times) = without_factor(self.mantissa, 10);
        (self.is_zero() || self.scale + times >= 0).then(|| shifted(number, self.scale + times))
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Quantity) -> Ordering {
        let signs = self.sign().cmp(&other.sign());
        if signs != Ordering::Equal || self.is_zero() {
            return signs;
        }
        if self.scale == other.scale {
            return self.mantissa.cmp(&other.mantissa);
        }
        let sizes = magnitude(self.mantissa, self.scale).cmp(&magnitude(other.mantissa, other.scale));
        if self.sign() < 0 { sizes.reverse() } else { sizes }
    }
}

/// The parts of a quantity's text.
struct Parts<'a> {
    negative: bool,
    /// Digits before the point, leading zeros gone; `0` if there are none.
    whole: &'a str,
    /// Digits after the point.
    fraction: &'a str,
    suffix: &'a str,
}

fn split(text: &str) -> Result<Parts<'_>, Why> {
    let refuse = || Err("must be a number with a unit, such as `500m`, `1.5Gi` or `1e3`".into());
    if text.is_empty() {
        return refuse();
    }
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text).trim_start_matches('0');
    let end = |text: &str| text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = rest.split_at(end(rest));
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(end(rest)),
        None => ("", rest),
    };
    // Letters, then a sign, then digits, and nothing behind them.
    let digits = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let digits = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return refuse();
    }
    Ok(Parts { negative: text.starts_with('-'), whole: if whole.is_empty() { "0" } else { whole }, fraction, suffix })
}

fn suffix(text: &str) -> Result<(i32, Format), Why> {
    if let Some((_, exponent)) = DECIMAL.iter().find(|(name, _)| *name == text) {
        return Ok((*exponent, Format::DecimalSi));
    }
    if let Some((_, exponent)) = BINARY.iter().find(|(name, _)| *name == text) {
        return Ok((*exponent, Format::BinarySi));
    }
    match text.strip_prefix(['e', 'E']).and_then(|digits| digits.parse::<i64>().ok()) {
        Some(exponent) => Ok((exponent.clamp(-i64::from(FAR), i64::from(FAR)) as i32, Format::DecimalExponent)),
        None => Err(format!("`{text}` is no unit: use one of `m k M G T P E Ki Mi Gi Ti Pi Ei`").into()),
    }
}

/// The server's way for numbers of few digits: an int64, and the text kept if it looks canonical. (It looks closely enough for
/// ordinary texts; `01`, `+1` and `5.Gi` slip through and are stored as they are.)
fn fast(text: &str, parts: &Parts, exponent: i32, format: Format) -> Option<Quantity> {
    let digits = (parts.whole.len() + parts.fraction.len()).min(64) as i32;
    let binary = format == Format::BinarySi;
    if binary && !parts.fraction.is_empty() {
        return None;
    }
    let scale = if binary { 0 } else { exponent - parts.fraction.len() as i32 };
    if !fits(digits, exponent, format) || scale < NANO {
        return None;
    }
    let all = match parts.fraction {
        "" => Cow::Borrowed(parts.whole),
        fraction => Cow::Owned(format!("{}{fraction}", parts.whole)),
    };
    let value: i64 = all.parse().ok()?;
    let magnitude = if binary { value.checked_mul(1 << exponent)? } else { value };
    let canonical = if binary { value & 7 != 0 } else { scale % 3 == 0 && !all.ends_with("000") && !all.starts_with('0') };
    Some(Quantity {
        mantissa: i128::from(if parts.negative { -magnitude } else { magnitude }),
        scale,
        format,
        width: Width::Int64,
        kept: if canonical { Kept::new(text) } else { Kept::No },
    })
}

/// Whether the server holds that many digits in an int64.
fn fits(digits: i32, exponent: i32, format: Format) -> bool {
    match format {
        Format::BinarySi => digits + exponent * 3 / 10 < 15,
        _ => digits <= INT64_DIGITS,
    }
}

/// What [`fast`] gives for a whole number of few digits without a zero in front, as nearly all amounts are.
fn usual(text: &str) -> Option<Quantity> {
    let bytes = text.as_bytes();
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let (exponent, format) = match &bytes[digits..] {
        b"" => (0, Format::DecimalSi),
        b"m" => (-3, Format::DecimalSi),
        b"Ki" => (10, Format::BinarySi),
        b"Mi" => (20, Format::BinarySi),
        b"Gi" => (30, Format::BinarySi),
        _ => return None,
    };
    if !(1..SHORT).contains(&digits) || bytes[0] == b'0' || !fits(digits as i32, exponent, format) {
        return None;
    }
    let value = bytes[..digits].iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    let (mantissa, scale, is_kept) = match format {
        Format::BinarySi => (value << exponent, 0, value & 7 != 0),
        _ => (value, exponent, value % 1000 != 0),
    };
    let kept = if is_kept { Kept::new(text) } else { Kept::No };
    Some(Quantity { mantissa: i128::from(mantissa), scale, format, width: Width::Int64, kept })
}

/// The server's way for all others: a decimal, rounded up to 10^-9; with binary units at most 2^63-1.
fn slow(parts: &Parts, exponent: i32, format: Format) -> Quantity {
    let (mut mantissa, mut scale) = digits(parts);
    match format {
        Format::BinarySi => mantissa = mantissa.saturating_mul(1 << exponent),
        _ => scale = scale.saturating_add(exponent),
    }
    if mantissa != 0 {
        (mantissa, scale) = if scale < NANO { (shifted(mantissa, scale - NANO), NANO) } else { (mantissa, scale) };
    }
    let mut format = format;
    if format == Format::BinarySi {
        if magnitude(mantissa, scale) > magnitude(i128::from(i64::MAX), 0) {
            (mantissa, scale) = (i128::from(i64::MAX), 0);
        }
        if mantissa > 0 && magnitude(mantissa, scale) < magnitude(1, 0) {
            format = Format::DecimalSi;
        }
    }
    Quantity { mantissa: if parts.negative { -mantissa } else { mantissa }, scale, format, width: Width::Big, kept: Kept::No }
}

/// The digits as a number and its scale; those beyond 38 only count towards the scale and round up.
fn digits(parts: &Parts) -> (i128, i32) {
    let (mut mantissa, mut scale) = (0i128, -(parts.fraction.len().min(FAR as usize) as i32));
    let (mut full, mut lost) = (false, false);
    for digit in parts.whole.bytes().chain(parts.fraction.bytes()).map(|digit| digit - b'0') {
        match mantissa.checked_mul(10).and_then(|tens| tens.checked_add(i128::from(digit))).filter(|_| !full) {
            Some(next) => mantissa = next,
            None => (full, lost, scale) = (true, lost || digit != 0, scale + 1),
        }
    }
    (mantissa.saturating_add(i128::from(lost)), scale)
}

/// `mantissa × 10^by`, saturating; rounded away from zero where digits are lost.
fn shifted(mantissa: i128, by: i32) -> i128 {
    let power = 10i128.checked_pow(by.unsigned_abs());
    if by >= 0 {
        return power
            .and_then(|power| mantissa.checked_mul(power))
            .unwrap_or_else(|| i128::MAX.saturating_mul(mantissa.signum()));
    }
    match power {
        Some(power) if mantissa % power == 0 => mantissa / power,
        Some(power) => mantissa / power + mantissa.signum(),
        None => mantissa.signum(),
    }
}

/// The low 64 bits of `mantissa × 10^by`, rounded up where digits are lost.
fn low_bits(mantissa: i128, by: i32) -> i64 {
    if by < 0 {
        return shifted(mantissa, by) as i64;
    }
    // Ten to the 64th has 64 factors of two: nothing is left of the low bits.
    (0..by.min(64)).fold(mantissa as i64, |value, _| value.wrapping_mul(10))
}

/// `number` without its factors `factor`, and how many there were.
fn without_factor(mut number: i128, factor: i128) -> (i128, i32) {
    let mut times = 0;
    while number != 0 && number % factor == 0 {
        number /= factor;
        times += 1;
    }
    (number, times)
}

/// A key that orders positive amounts: the place of the first digit, then the digits.
fn magnitude(mantissa: i128, scale: i32) -> (i32, String) {
    let digits = mantissa.unsigned_abs().to_string();
    (digits.len() as i32 + scale, digits.trim_end_matches('0').to_string())
}

/// The suffix for an exponent. Beyond the last one the server prints none, which loses the exponent; so do we.
fn name(names: &'static [(&str, i32)], exponent: i32) -> &'static str {
    names.iter().find(|(_, known)| *known == exponent).map_or("", |(name, _)| name)
}

/// A number as Go's JSON encoder writes it.
pub(crate) fn json_number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        return if text.contains("e-") { text } else { text.replace('e', "e+") };
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quantity {
        Quantity::parse(text).unwrap()
    }

    #[test]
    fn order_ignores_notation() {
        for (less, more) in
            [("1", "1001m"), ("-1", "0"), ("999M", "1G"), ("1G", "1Gi"), ("1e3", "1Ki"), ("1n", "1"), ("-2", "-1")]
        {
            assert!(q(less) < q(more), "{less} < {more}");
        }
        for (a, b) in [("1", "1000m"), ("1Ki", "1024"), ("0", "-0"), ("1e3", "1k"), ("0.5Gi", "512Mi")] {
            assert_eq!(q(a), q(b));
        }
    }

    #[test]
    fn usual_amounts_are_read_as_all_others() {
        let numbers =
            ["1", "7", "8", "10", "250", "1000", "1024", "5000", "64000", "123456789", "9999999999999", "12345678901234"];
        let mut usual_ones = 0;
        for number in numbers {
            for unit in ["", "m", "Ki", "Mi", "Gi", "k", "Ti"] {
                let text = format!("{number}{unit}");
                let Some(read) = usual(&text) else { continue };
                let parts = split(&text).unwrap();
                let (exponent, format) = suffix(parts.suffix).unwrap();
                assert_eq!(format!("{:?}", Some(read)), format!("{:?}", fast(&text, &parts, exponent, format)), "{text}");
                usual_ones += 1;
            }
        }
        assert!(usual_ones > 40, "{usual_ones}");
    }

    #[test]
    fn far_numbers_neither_panic_nor_wrap() {
        let long = "9".repeat(400);
        for text in
            ["1e99999999999", "1e-99999999999", "1E-2147483648", &long, &format!("0.{long}"), &format!("{long}Ei"), "1e400"]
        {
            if let Ok(quantity) = Quantity::parse(text) {
                let _ = (quantity.canonical(), quantity.milli(), quantity.value(), quantity.cmp(&q("1")));
                assert_eq!(quantity.sign(), 1, "{text}");
            }
        }
        assert_eq!(q("0.0000000001").canonical(), "1n");
        assert_eq!(q("-0.00000000011").canonical(), "-1n");
    }

    #[test]
    fn arithmetic() {
        assert_eq!(q("1").plus(&q("500m")).canonical(), "1500m");
        assert_eq!(q("1Gi").minus(&q("512Mi")).canonical(), "512Mi");
        assert_eq!(q("128Mi").times(3).canonical(), "384Mi");
        assert_eq!(q("0.1m").rounded_up(-3).canonical(), "1m");
        assert_eq!(q("+1").rounded_up(-3).canonical(), "+1");
        assert!(q("1500m").is_whole() == q("1.5").is_whole() && q("2000m").is_whole() && q("1e-3").value() == 1);
    }
}
