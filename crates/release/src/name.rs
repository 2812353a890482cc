//! Names of releases.

/// A name that no release may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is empty.
    #[error("no name provided")]
    Missing,
    /// It is too long or has letters it may not have.
    #[error(
        "invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53"
    )]
    Invalid,
}

/// A release name is at most 53 letters: DNS labels joined by dots.
///
/// # Errors
/// [`NameError`], with Helm's text.
pub fn validate_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Missing);
    }
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |part: &str| {
        let bytes = part.as_bytes();
        match (bytes.first(), bytes.last()) {
            (Some(&a), Some(&z)) => {
                alphanumeric(a) && alphanumeric(z) && bytes.iter().all(|&b| alphanumeric(b) || b == b'-')
            }
            _ => false,
        }
    };
    if name.len() > 53 || !name.split('.').all(label) { Err(NameError::Invalid) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::validate_name;

    #[test]
    fn names() {
        for good in ["a", "a-b", "a.b", "0", &"n".repeat(53)] {
            assert!(validate_name(good).is_ok(), "{good}");
        }
        for bad in ["", "A", "a_b", "-a", "a-", "a..b", ".a", &"n".repeat(54)] {
            assert!(validate_name(bad).is_err(), "{bad}");
        }
    }
}
