//! `IntOrString`: fields that take a number, a percentage or a name (`maxUnavailable`, `targetPort`).

use super::Field;
use crate::yaml::Kind;

/// The value of such a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntOrString<'a> {
    /// A number.
    Int(i64),
    /// A string of digits and `%`; the digits.
    Percent(i64),
    /// Any other string.
    Text(&'a str),
}

/// Which way a share of a count is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// To the next whole number: `maxSurge`.
    Up,
    /// To the one before: `maxUnavailable` of a Deployment.
    Down,
}

impl<'a> IntOrString<'a> {
    /// The value in `field`; `None` where there is none, or something else.
    pub fn of(field: Field<'a>) -> Option<IntOrString<'a>> {
        match field.kind() {
            Kind::Int(value) => Some(IntOrString::Int(value)),
            Kind::Str => Some(IntOrString::parse(field.text())),
            _ => None,
        }
    }

    /// The value that the string `text` stands for. A string of digits alone is a text, as the server has it.
    pub fn parse(text: &'a str) -> IntOrString<'a> {
        match text.strip_suffix('%').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())).map(str::parse) {
            Some(Ok(percent)) => IntOrString::Percent(percent),
            _ => IntOrString::Text(text),
        }
    }

    /// As a count of `total`: a percentage's share of it, or the number itself. `None` for other strings.
    pub fn scaled(self, total: i64, round: Round) -> Option<i64> {
        match self {
            IntOrString::Int(value) => Some(value),
            IntOrString::Percent(percent) => {
                let hundredths = i128::from(percent) * i128::from(total);
                let share = match round {
                    Round::Up => -(-hundredths).div_euclid(100),
                    Round::Down => hundredths.div_euclid(100),
                };
                i64::try_from(share).ok()
            }
            IntOrString::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        let share = |text, total, round| IntOrString::parse(text).scaled(total, round);
        assert_eq!(share("25%", 10, Round::Up), Some(3));
        assert_eq!(share("25%", 10, Round::Down), Some(2));
        assert_eq!(share("100%", 7, Round::Down), Some(7));
        assert_eq!(share("0%", 7, Round::Up), Some(0));
        assert_eq!(share("5", 7, Round::Up), None);
        assert_eq!(share("x%", 7, Round::Up), None);
        assert_eq!(IntOrString::Int(4).scaled(9, Round::Up), Some(4));
        assert_eq!(IntOrString::parse("-5%"), IntOrString::Text("-5%"));
    }
}
