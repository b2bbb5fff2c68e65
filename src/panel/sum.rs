//! Exact sums of floating-point numbers: the same bits in whatever order, and however split, the terms come. Rounded once,
//! when the total is asked for (the idea of a wide fixed-point accumulator: Kulisch 1971; Neal 2015, arXiv:1505.05571).

/// A running sum with its count: 128-bit fixed point in units of 2^-64, which holds every decimal that money and scores
/// come in; other terms go to a wide accumulator beside it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sum {
    /// High and low half of the fixed-point number.
    high: i64,
    low: u64,
    beyond: Option<Box<Wide>>,
    count: u32,
}

/// Exponent of the unit.
const UNIT: i32 = -64;
/// Magnitudes from here on, and further terms than this, go to the wide accumulator: together they fit 127 bits.
const LARGEST: f64 = (1u64 << 42) as f64;
const MOST: u32 = 1 << 20;

/// A finite double as a whole number times a power of two.
#[inline]
fn taken_apart(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7FF) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) }
}

/// A term in units of 2^-64, if that is all of it.
#[inline]
fn in_units(value: f64) -> Option<i128> {
    if value.abs() >= LARGEST || value.is_nan() {
        return None;
    }
    let (mantissa, exponent) = taken_apart(value);
    let shift = exponent - UNIT;
    let size = if shift >= 0 {
        i128::from(mantissa) << shift
    } else if mantissa == 0 || mantissa.trailing_zeros() as i32 >= -shift {
        i128::from(mantissa.checked_shr(shift.unsigned_abs()).unwrap_or(0))
    } else {
        return None;
    };
    Some(if value < 0.0 { -size } else { size })
}

impl Sum {
    /// Adds one term; a term that is not finite counts and adds nothing.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        match in_units(value).filter(|_| self.count < MOST) {
            Some(units) => {
                let sum = self.fixed() + units;
                self.high = (sum >> 64) as i64;
                self.low = sum as u64;
            }
            None => self.beyond.get_or_insert_default().add(value),
        }
    }

    fn fixed(&self) -> i128 {
        (i128::from(self.high) << 64) | i128::from(self.low)
    }

    /// How many terms.
    pub fn count(&self) -> u64 {
        u64::from(self.count)
    }

    /// The sum and one more term, correctly rounded.
    pub fn with(&self, value: f64) -> f64 {
        let mut all = self.clone();
        all.add(value);
        all.total()
    }

    /// The sum, correctly rounded.
    pub fn total(&self) -> f64 {
        match &self.beyond {
            None => scaled(self.fixed() as f64, UNIT),
            Some(beyond) => {
                let mut all = (**beyond).clone();
                // Quarters of 32 bits are exact as doubles.
                for (quarter, place) in [(self.high >> 32, 32), (self.high & 0xFFFF_FFFF, 0)] {
                    all.add(scaled(quarter as f64, place));
                }
                for (quarter, place) in [(self.low >> 32, 32), (self.low & 0xFFFF_FFFF, 0)] {
                    all.add(scaled(quarter as f64, place + UNIT));
                }
                all.total()
            }
        }
    }

    /// The mean; `None` without terms.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.total() / f64::from(self.count))
    }
}

/// Bits of a limb that are used before carrying.
const LIMB: usize = 32;
/// Exponent of the lowest bit of the lowest limb.
const LOWEST: i32 = -1088;
/// Limbs from 2^-1088 to beyond the largest double times 2^32.
const LIMBS: usize = 69;
/// Additions after which limbs might overflow.
const PATIENCE: u32 = 1 << 29;

/// A sum of any doubles, exact: signed limbs of 32 bits with room for carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Wide {
    limbs: [i64; LIMBS],
    since_carry: u32,
}

impl Default for Wide {
    fn default() -> Self {
        Self { limbs: [0; LIMBS], since_carry: 0 }
    }
}

impl Wide {
    /// Adds one term; a term that is not finite is passed over.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value == 0.0 || !value.is_finite() {
            return;
        }
        let (mantissa, exponent) = taken_apart(value);
        let place = (exponent - LOWEST) as usize;
        let (limb, shift) = (place / LIMB, place % LIMB);
        let spread = u128::from(mantissa) << shift;
        for (i, slot) in self.limbs.iter_mut().skip(limb).take(3).enumerate() {
            let part = ((spread >> (LIMB * i)) & 0xFFFF_FFFF) as i64;
            *slot += if value < 0.0 { -part } else { part };
        }
        self.since_carry += 1;
        if self.since_carry >= PATIENCE {
            self.carry();
        }
    }

    /// Adds the exact square of a term.
    #[inline]
    pub fn add_square(&mut self, value: f64) {
        let square = value * value;
        self.add(square);
        self.add(value.mul_add(value, -square));
    }

    fn carry(&mut self) {
        let mut carry = 0;
        let last = LIMBS - 1;
        for (i, limb) in self.limbs.iter_mut().enumerate() {
            *limb += carry;
            carry = if i == last { 0 } else { *limb >> LIMB };
            *limb -= carry << LIMB;
        }
        self.since_carry = 0;
    }

    /// The sum, correctly rounded.
    pub fn total(&self) -> f64 {
        let mut sum = self.clone();
        sum.carry();
        let negative = sum.limbs.last().is_some_and(|top| *top < 0);
        if negative {
            sum.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            sum.carry();
        }
        let Some(top) = sum.limbs.iter().rposition(|limb| *limb != 0) else { return 0.0 };
        // The top limbs as one whole number, and in its last bit whether anything lies below them.
        let low = top.saturating_sub(3);
        let mut head = 0u128;
        for limb in sum.limbs.iter().take(top + 1).skip(low).rev() {
            head = (head << LIMB) | (*limb as u128 & 0xFFFF_FFFF);
        }
        head |= u128::from(sum.limbs.iter().take(low).any(|limb| *limb != 0));
        let size = scaled(head as f64, LOWEST + (low * LIMB) as i32);
        if negative { -size } else { size }
    }
}

/// `value` times a power of two, in steps that do not leave the range of normal numbers on the way.
fn scaled(value: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    value * 2f64.powi(half) * 2f64.powi(exponent - half)
}
