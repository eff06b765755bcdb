//! Values that can be made again: the most recently used ones stay, up to a budget.

use std::collections::BTreeMap;
use std::ops::Index;

/// Values by key, with their sizes in bytes.
pub struct Recent<K, V> {
    /// In bytes.
    budget: usize,
    entries: BTreeMap<K, Entry<V>>,
    /// Counts uses.
    clock: u64,
}

struct Entry<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<K: Copy + Ord, V> Recent<K, V> {
    pub fn new(budget: usize) -> Self {
        Self { budget, entries: BTreeMap::new(), clock: 0 }
    }

    /// Takes effect at the next [`Recent::trim`].
    pub fn set_budget(&mut self, budget: usize) {
        self.budget = budget;
    }

    pub fn contains(&self, key: K) -> bool {
        self.entries.contains_key(&key)
    }

    /// The value, which is the most recently used one from then on.
    pub fn touch(&mut self, key: K) -> Option<&V> {
        let entry = self.entries.get_mut(&key)?;
        self.clock += 1;
        entry.used = self.clock;
        Some(&entry.value)
    }

    pub fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.clock += 1;
        self.entries.insert(key, Entry { value, bytes, used: self.clock });
    }

    pub fn retain(&mut self, keep: impl Fn(K) -> bool) {
        self.entries.retain(|&key, _| keep(key));
    }

    /// Takes out the least recently used values, but none to be kept, until the rest is within the budget.
    pub fn trim(&mut self, keep: impl Fn(K) -> bool) -> Vec<(K, V)> {
        let mut dropped = Vec::new();
        let mut bytes: usize = self.entries.values().map(|entry| entry.bytes).sum();
        while bytes > self.budget {
            let free = self.entries.iter().filter(|&(&key, _)| !keep(key));
            let Some((&oldest, _)) = free.min_by_key(|(_, entry)| entry.used) else { break };
            if let Some(entry) = self.entries.remove(&oldest) {
                bytes -= entry.bytes;
                dropped.push((oldest, entry.value));
            }
        }
        dropped
    }
}

/// # Panics
/// Where the value is not there.
impl<K: Ord, V> Index<&K> for Recent<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        &self.entries[key].value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recent(budget: usize) -> Recent<u32, char> {
        let mut recent = Recent::new(budget);
        for (key, value) in [(1, 'a'), (2, 'b'), (3, 'c')] {
            recent.insert(key, value, 10);
        }
        recent
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut recent = recent(20);
        recent.touch(1);
        assert_eq!(recent.trim(|_| false), [(2, 'b')]);
        assert_eq!(recent.trim(|_| false), []);
        assert_eq!(recent[&1], 'a');
        assert!(!recent.contains(2));
    }

    #[test]
    fn what_is_to_be_kept_stays_beyond_the_budget() {
        let mut recent = recent(0);
        assert_eq!(recent.trim(|key| key != 2), [(2, 'b')]);
        assert!(recent.contains(1) && recent.contains(3));
    }

    #[test]
    fn a_value_that_is_put_in_again_counts_once() {
        let mut recent = recent(30);
        recent.insert(1, 'd', 10);
        assert_eq!(recent.trim(|_| false), []);
        assert_eq!(recent.touch(1), Some(&'d'));
    }
}
