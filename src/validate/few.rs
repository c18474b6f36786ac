//! `Few`, a map by text for what has one or two entries nearly always: those are gone through, and only what comes after is sorted.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many entries are gone through.
const FIRST: usize = 16;

/// A map by text.
pub struct Few<'a, V> {
    first: Vec<(Cow<'a, str>, V)>,
    rest: BTreeMap<Cow<'a, str>, V>,
}

impl<V> Default for Few<'_, V> {
    fn default() -> Self {
        Few { first: Vec::new(), rest: BTreeMap::new() }
    }
}

impl<'a, V> Few<'a, V> {
    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&V> {
        let first = self.first.iter().find(|(known, _)| known == key).map(|(_, value)| value);
        if first.is_some() || self.rest.is_empty() { first } else { self.rest.get(key) }
    }

    /// Whether there is a value under `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Puts `value` under `key`, in place of what was there.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: V) {
        let key = key.into();
        let is_full = self.first.len() == FIRST;
        match self.first.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None if is_full => _ = self.rest.insert(key, value),
            None => self.first.push((key, value)),
        }
    }

    /// All entries, in no order to rely on.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let first = self.first.iter().map(|(key, value)| (key.as_ref(), value));
        first.chain(self.rest.iter().map(|(key, value)| (key.as_ref(), value)))
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn many_are_found_as_few_are() {
        let mut few = Few::default();
        for i in 0..100 {
            few.insert(i.to_string(), i);
            few.insert(i.to_string(), i + 1);
        }
        assert!((0..100).all(|i| few.get(&i.to_string()) == Some(&(i + 1))));
        assert_eq!(few.iter().count(), 100);
        assert!(!few.contains_key("100"));
    }
}
