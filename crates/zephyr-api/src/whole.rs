//! Whole numbers as JSON Schema means them: `2.0` is one too.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

struct Whole<T>(PhantomData<T>);

impl<T: TryFrom<u64>> Visitor<'_> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number that is not negative")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        let positive = u64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))?;
        self.visit_u64(positive)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        // Written without its fraction it is read again: a cast would cut what does not fit. Adding 0 ends a minus zero.
        let whole = if number.fract() == 0.0 { format!("{:.0}", number + 0.0).parse::<u64>().ok() } else { None };
        match whole {
            Some(whole) => self.visit_u64(whole),
            None => Err(E::invalid_value(Unexpected::Float(number), &self)),
        }
    }
}

/// Reads one.
pub fn number<'de, D: Deserializer<'de>, T: TryFrom<u64>>(from: D) -> Result<T, D::Error> {
    from.deserialize_any(Whole(PhantomData))
}

/// Reads one, or `null`.
pub fn maybe<'de, D: Deserializer<'de>, T: TryFrom<u64>>(from: D) -> Result<Option<T>, D::Error> {
    struct Maybe<T>(PhantomData<T>);
    impl<'de, T: TryFrom<u64>> Visitor<'de> for Maybe<T> {
        type Value = Option<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            Whole::<T>(PhantomData).expecting(f)
        }
        fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }
        fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
            number(from).map(Some)
        }
    }
    from.deserialize_option(Maybe(PhantomData))
}

#[cfg(test)]
mod tests {
    use crate::{OpenIncident, SetSeverity};

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        for (text, severity) in [("2", Some(2)), ("2.0", Some(2)), ("0", Some(0)), ("null", None), ("2e0", Some(2))] {
            let read: OpenIncident = serde_json::from_str(&format!(r#"{{"summary":"x","severity":{text}}}"#)).unwrap();
            assert_eq!(read.severity, severity, "{text}");
        }
        for text in ["2.5", "-1", "-0.5", "256", "1e300", "\"2\"", "true", "[2]"] {
            assert!(serde_json::from_str::<SetSeverity>(&format!(r#"{{"severity":{text}}}"#)).is_err(), "{text}");
        }
    }
}
