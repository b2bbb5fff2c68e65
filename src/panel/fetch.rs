//! Asking memory for many far places at once: a loop whose next step hangs on what it has just been given waits for every
//! place in turn; those asked for together come one behind the other. It changes nothing but the time.

use std::hint::black_box;
use std::ops::BitXor;

/// Brings places of a list near, for the loop that needs them next.
#[inline]
pub fn fetch<T: Copy + Default + BitXor<Output = T>>(list: &[T], places: impl Iterator<Item = usize>) {
    // Something must come of what is read, or it would not be.
    black_box(places.fold(T::default(), |all, at| all ^ list.get(at).copied().unwrap_or_default()));
}
