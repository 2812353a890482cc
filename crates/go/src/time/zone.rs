//! Zones: UTC, a fixed offset, or the rules of a named place.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Go's `*time.Location`.
#[derive(Debug, Clone)]
pub struct Location(Rules);

#[derive(Debug, Clone)]
enum Rules {
    Utc,
    Fixed { name: Rc<str>, offset: i64 },
    Zone { name: Rc<str>, zone: TimeZone },
}

/// What is in force at an instant.
pub(super) struct InForce {
    /// `CET`, `+0530`; empty where none is known.
    pub name: Rc<str>,
    /// Seconds east of UTC.
    pub offset: i64,
}

/// Why there is no such zone; `Display` is Go's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocationError {
    /// Not in the data.
    Unknown(String),
    /// A name that would leave the folder of zone files.
    Invalid,
}

impl std::fmt::Display for LocationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LocationError::Unknown(name) => write!(f, "unknown time zone {name}"),
            LocationError::Invalid => f.write_str("time: invalid location name"),
        }
    }
}
impl std::error::Error for LocationError {}

/// The end of 2037: later changes only repeat the last rules.
const RULES_END: i64 = 2_145_916_800;

thread_local! {
    static LOCAL: RefCell<Option<Location>> = const { RefCell::new(None) };
}

impl Location {
    /// `time.UTC`
    pub fn utc() -> Location {
        Location(Rules::Utc)
    }

    /// `time.FixedZone`; `offset` in seconds east of UTC.
    pub fn fixed(name: &str, offset: i64) -> Location {
        Location(Rules::Fixed { name: name.into(), offset })
    }

    /// `time.LoadLocation`: names count with their case, as files do.
    pub fn load(name: &str) -> Result<Location, LocationError> {
        match name {
            "" | "UTC" => return Ok(Location::utc()),
            "Local" => return Ok(Location::local()),
            _ => {}
        }
        if name.split('/').any(|part| part == "..") || name.starts_with('/') || name.contains('\\') {
            return Err(LocationError::Invalid);
        }
        match TimeZone::get(name) {
            Ok(zone) if zone.iana_name() == Some(name) => Ok(Location(Rules::Zone { name: name.into(), zone })),
            _ => Err(LocationError::Unknown(name.to_string())),
        }
    }

    /// `time.Local`: what `TZ` names, else `/etc/localtime`, else UTC. It is found once per thread.
    pub fn local() -> Location {
        LOCAL.with_borrow_mut(|l| l.get_or_insert_with(find_local).clone())
    }

    /// Sets the local zone of this thread, for embedders and tests.
    pub fn set_local(loc: Location) {
        LOCAL.set(Some(loc));
    }

    /// `String()`
    pub fn name(&self) -> &str {
        match &self.0 {
            Rules::Utc => "UTC",
            Rules::Fixed { name, .. } | Rules::Zone { name, .. } => name,
        }
    }

    pub(super) fn lookup(&self, secs: i64) -> InForce {
        match &self.0 {
            Rules::Utc => InForce { name: "UTC".into(), offset: 0 },
            Rules::Fixed { name, offset } => InForce { name: name.clone(), offset: *offset },
            Rules::Zone { zone, .. } => {
                // beyond the years that the rules know, the outermost ones hold
                let at = secs.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                let info = zone.to_offset_info(Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH));
                InForce { name: info.abbreviation().into(), offset: i64::from(info.offset().seconds()) }
            }
        }
    }

    /// The offset that an abbreviation stands for in this zone: of all that ever had the name, one that is in force at
    /// the local time (given as if it were UTC), else the first.
    pub(super) fn lookup_name(&self, name: &str, local: i64) -> Option<i64> {
        let offsets = match &self.0 {
            Rules::Utc => return None,
            Rules::Fixed { name: own, offset } => {
                if **own == *name {
                    vec![*offset]
                } else {
                    Vec::new()
                }
            }
            Rules::Zone { zone, .. } => {
                let first = self.lookup(i64::MIN);
                let mut offsets = Vec::new();
                if &*first.name == name {
                    offsets.push(first.offset);
                }
                let until = Timestamp::from_second(RULES_END).unwrap_or(Timestamp::MAX);
                for t in zone.following(Timestamp::MIN).take_while(|t| t.timestamp() < until) {
                    let offset = i64::from(t.offset().seconds());
                    if t.abbreviation() == name && !offsets.contains(&offset) {
                        offsets.push(offset);
                    }
                }
                offsets
            }
        };
        let fits = offsets.iter().find(|o| &*self.lookup(local.saturating_sub(**o)).name == name);
        fits.or(offsets.first()).copied()
    }

    /// Whether daylight saving time is in force (`IsDST`).
    pub(super) fn is_dst(&self, secs: i64) -> bool {
        match &self.0 {
            Rules::Zone { zone, .. } => {
                let at = secs.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                zone.to_offset_info(Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH)).dst().is_dst()
            }
            _ => false,
        }
    }
}

impl PartialEq for Location {
    fn eq(&self, o: &Location) -> bool {
        match (&self.0, &o.0) {
            (Rules::Utc, Rules::Utc) => true,
            (Rules::Fixed { name: a, offset: x }, Rules::Fixed { name: b, offset: y }) => a == b && x == y,
            (Rules::Zone { name: a, .. }, Rules::Zone { name: b, .. }) => a == b,
            _ => false,
        }
    }
}

/// Go's `initLocal` for Unix.
fn find_local() -> Location {
    let from_file = |path: &str| {
        let data = std::fs::read(path).ok()?;
        let zone = TimeZone::tzif("Local", &data).ok()?;
        Some(Location(Rules::Zone { name: "Local".into(), zone }))
    };
    let found = match std::env::var("TZ") {
        Err(_) => from_file("/etc/localtime"),
        Ok(tz) => match tz.strip_prefix(':').unwrap_or(&tz) {
            "" | "UTC" => None,
            path if path.starts_with('/') => from_file(path),
            name => Location::load(name).ok(),
        },
    };
    found.unwrap_or_else(Location::utc)
}
