//! Which requests are sent again, when, and how often.
//!
//! client-go repeats what the server asks for with `Retry-After`. Here a request is also repeated when the server or the
//! way to it failed, whatever the verb: reads, applies, patches, replacements and deletions come to the same however
//! often they arrive. A creation does not; when it was repeated although an earlier try may have been carried out, the
//! error is marked as [in doubt](crate::ApiError::in_doubt), and who created looks whether what is there is theirs.

use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode};

/// How often an answer that refuses is asked for again.
const MAX_TRIES: u32 = 10;
/// How often an answer that tells of a fault inside the server is. Some such faults stay, and somebody waits.
const MAX_INTERNAL: u32 = 4;
/// How often a request is sent again over a connection that has not worked yet.
const MAX_UNTRIED: u32 = 3;
/// The most that `Retry-After` is heeded, in seconds.
const MAX_RETRY_AFTER: u64 = 60;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The connection broke after it was there: the server may have done what it was asked.
    Lost,
    /// There was no connection: the server heard nothing.
    Unreached,
    /// A fault that another try does not mend (a certificate, an address).
    Hopeless,
}

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    began: Instant,
    /// How long the request may be repeated.
    patience: Duration,
    count: u32,
    internal: u32,
    /// Whether the server may have done already what is asked again.
    pub(crate) in_doubt: bool,
}

impl Tries {
    /// None so far.
    pub(crate) fn new(patience: Duration) -> Tries {
        Tries { began: Instant::now(), patience, count: 0, internal: 0, in_doubt: false }
    }

    /// How long to pause before the next try after this answer; `None` when it is the last word.
    pub(crate) fn after_answer(&mut self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Duration> {
        let code = status.as_u16();
        if code != 429 && code < 500 {
            return None;
        }
        // nothing was done, says the server
        let asked = headers.get("retry-after").and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        if let Some(seconds) = asked {
            return self.pause(MAX_TRIES, Some(Duration::from_secs(seconds.min(MAX_RETRY_AFTER))));
        }
        match code {
            429 | 503 => self.pause(MAX_TRIES, None),
            502 | 504 => {
                self.in_doubt = true;
                self.pause(MAX_TRIES, None)
            }
            500 if !is_lasting(body) => {
                self.internal += 1;
                self.in_doubt = true;
                (self.internal <= MAX_INTERNAL).then(|| self.pause(MAX_TRIES, None)).flatten()
            }
            _ => None,
        }
    }

    /// How long to pause before the next try after no answer. `reached` tells whether this server ever answered.
    pub(crate) fn after_silence(&mut self, broken: Broken, reached: bool) -> Option<Duration> {
        match broken {
            Broken::Hopeless => None,
            Broken::Lost => {
                self.in_doubt = true;
                self.pause(if reached { u32::MAX } else { MAX_UNTRIED }, None)
            }
            // a server that never answered is more likely a wrong address than one that is starting again
            Broken::Unreached if !reached => None,
            Broken::Unreached => self.pause(u32::MAX, None),
        }
    }

    fn pause(&mut self, most: u32, asked: Option<Duration>) -> Option<Duration> {
        let grown = FIRST_PAUSE.saturating_mul(1 << self.count.min(10)).min(LAST_PAUSE);
        let pause = asked.unwrap_or(grown);
        if self.count >= most || self.began.elapsed() + pause > self.patience {
            return None;
        }
        self.count += 1;
        Some(pause)
    }
}

/// Faults "inside" the server that lie in what it was asked: schemas that an applied object does not fit.
fn is_lasting(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("typed patch object") || text.contains("unknown field")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn answer(tries: &mut Tries, code: u16) -> Option<Duration> {
        tries.after_answer(StatusCode::from_u16(code).unwrap(), &HeaderMap::new(), b"")
    }

    #[test]
    fn refusals_are_final_and_faults_are_not() {
        for code in [200, 400, 401, 403, 404, 409, 422, 501] {
            assert_eq!(answer(&mut Tries::new(MINUTE), code), None, "{code}");
        }
        for (code, doubt) in [(429, false), (500, true), (502, true), (503, false), (504, true)] {
            let mut tries = Tries::new(MINUTE);
            assert_eq!(answer(&mut tries, code), Some(FIRST_PAUSE), "{code}");
            assert_eq!(tries.in_doubt, doubt, "{code}");
        }
        let lasting = b"failed to create typed patch object";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        assert_eq!(Tries::new(MINUTE).after_answer(status, &HeaderMap::new(), lasting), None);
    }

    #[test]
    fn pauses_grow_and_end() {
        let mut tries = Tries::new(MINUTE);
        let pauses: Vec<Duration> = std::iter::from_fn(|| answer(&mut tries, 503)).collect();
        assert_eq!(pauses.len(), 10);
        assert!(pauses.windows(2).all(|w| w[0] <= w[1]) && pauses.iter().all(|p| *p <= LAST_PAUSE));
        assert_eq!(answer(&mut Tries::new(Duration::ZERO), 503), None, "no longer than the user waits");
    }

    #[test]
    fn the_server_says_when() {
        let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, http::HeaderValue::from_static("3"))]);
        let pause = |patience| Tries::new(patience).after_answer(StatusCode::TOO_MANY_REQUESTS, &headers, b"");
        assert_eq!(pause(MINUTE), Some(Duration::from_secs(3)));
        assert_eq!(pause(Duration::from_secs(2)), None);
    }

    #[test]
    fn silence() {
        let again = |broken, reached| Tries::new(MINUTE).after_silence(broken, reached).is_some();
        assert!(again(Broken::Lost, false) && again(Broken::Lost, true) && again(Broken::Unreached, true));
        assert!(!again(Broken::Unreached, false) && !again(Broken::Hopeless, true));
    }
}
