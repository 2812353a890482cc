//! Who works on a release whose records are in PostgreSQL: an advisory lock of the session, which the server takes back
//! when the session ends, however it ends, and a note of whose it is.
//!
//! The note lies among the custom labels of the record under one of Helm's own names. Helm leaves such labels out
//! (`filterSystemLabels`), so the table stays Helm's.

use std::cell::RefCell;

use postgres::Client;
use postgres::types::{ToSql, Type};

use super::SqlError;
use crate::{Holder, Release, Status};

/// The name of the note: no label of a user may have it.
const NOTE: &str = "owner";

/// Makes the server notice within a minute that the machine at the other end is gone.
const KEEPALIVES: &str = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

/// What this session holds.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// This process, if it tells who it is.
    holder: Option<Holder>,
    /// Namespace and key of the record, and the number of the lock.
    held: RefCell<Option<(String, String, i64)>>,
}

/// Whose a lock is.
#[derive(Debug, PartialEq, Eq)]
enum Whose {
    Own,
    Other,
    Nobodys,
}

/// Whether something is being done with the revision, or was when it was cut off.
pub(super) fn is_under_way(release: &Release) -> bool {
    release.info.status.is_pending() || release.info.status == Status::UNINSTALLING
}

impl Lock {
    pub(super) fn of(holder: Holder) -> Lock {
        Lock { holder: Some(holder), ..Lock::default() }
    }

    /// Before a record is written that is under way, or that somebody else left under way.
    ///
    /// # Errors
    /// Another session holds the release.
    pub(super) fn before(
        &self,
        client: &mut Client,
        namespace: &str,
        key: &str,
        release: &Release,
    ) -> Result<(), SqlError> {
        let wanted = is_under_way(release) || release.holder.is_some();
        if self.holder.is_none() || !wanted || self.holds(namespace, key) {
            return Ok(());
        }
        // a server that will not have them notices later
        let _ = client.batch_execute(KEEPALIVES);
        let number = number(namespace, &release.name);
        let rows = client.query_typed("SELECT pg_try_advisory_lock($1)", &[(&number, Type::INT8)])?;
        if !rows.first().is_some_and(|row| row.get::<_, bool>(0)) {
            return Err(SqlError::text("another operation (install/upgrade/rollback) is in progress"));
        }
        let before = self.held.borrow_mut().replace((namespace.to_owned(), key.to_owned(), number));
        if let Some((_, _, number)) = before {
            unlock(client, number)?;
        }
        Ok(())
    }

    /// After a record was written: the note says who is at it, or goes.
    pub(super) fn after(
        &self,
        client: &mut Client,
        namespace: &str,
        key: &str,
        release: &Release,
    ) -> Result<(), SqlError> {
        if !self.holds(namespace, key) {
            return Ok(());
        }
        remove_note(client, namespace, key)?;
        if !is_under_way(release) {
            if let Some((_, _, number)) = self.held.borrow_mut().take() {
                unlock(client, number)?;
            }
            return Ok(());
        }
        let Some(holder) = &self.holder else { return Ok(()) };
        client.query_typed(
            "INSERT INTO custom_labels_v1 (releaseKey,releaseNamespace,key,value) VALUES ($1,$2,$3,$4)",
            &[
                (&key, Type::VARCHAR),
                (&namespace, Type::VARCHAR),
                (&NOTE, Type::VARCHAR),
                (&note(holder), Type::VARCHAR),
            ],
        )?;
        Ok(())
    }

    fn holds(&self, namespace: &str, key: &str) -> bool {
        self.held.borrow().as_ref().is_some_and(|(n, k, _)| n == namespace && k == key)
    }

    /// Who works on a release, or did; none when nobody said so.
    pub(super) fn holder_of(
        &self,
        client: &mut Client,
        namespace: &str,
        key: &str,
        name: &str,
    ) -> Result<Option<Holder>, SqlError> {
        let note = client.query_typed(
            "SELECT value FROM custom_labels_v1 WHERE releaseKey = $1 AND releaseNamespace = $2 AND key = $3",
            &[(&key, Type::VARCHAR), (&namespace, Type::VARCHAR), (&NOTE, Type::VARCHAR)],
        )?;
        let Some(note) = note.first() else { return Ok(None) };
        let Some(mut holder) = read_note(note.try_get(0)?) else { return Ok(None) };
        match whose(client, number(namespace, name))? {
            Whose::Own => Ok(self.holder.clone()),
            Whose::Other => {
                // the server knows that it is there
                holder.renewed = jiff::Timestamp::now().to_string();
                Ok(Some(holder))
            }
            Whose::Nobodys => Ok(Some(holder)),
        }
    }

    /// What is still held is left as it is, on purpose, for others to go on with as Helm would.
    pub(super) fn let_go(&self, client: &mut Client) {
        let Some((namespace, key, number)) = self.held.borrow_mut().take() else { return };
        // who cannot do so leaves the note of a session that has ended, which tells the same
        let _ = remove_note(client, &namespace, &key).and_then(|()| unlock(client, number));
    }
}

fn remove_note(client: &mut Client, namespace: &str, key: &str) -> Result<(), SqlError> {
    let place: [(&(dyn ToSql + Sync), Type); 3] =
        [(&key, Type::VARCHAR), (&namespace, Type::VARCHAR), (&NOTE, Type::VARCHAR)];
    client.query_typed(
        "DELETE FROM custom_labels_v1 WHERE releaseKey = $1 AND releaseNamespace = $2 AND key = $3",
        &place,
    )?;
    Ok(())
}

fn unlock(client: &mut Client, number: i64) -> Result<(), SqlError> {
    client.query_typed("SELECT pg_advisory_unlock($1)", &[(&number, Type::INT8)])?;
    Ok(())
}

fn whose(client: &mut Client, number: i64) -> Result<Whose, SqlError> {
    // the two halves of the number are unsigned there
    let (high, low) = (number >> 32 & 0xffff_ffff, number & 0xffff_ffff);
    let rows = client.query_typed(
        "SELECT pid = pg_backend_pid() FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 \
         AND classid::bigint = $1 AND objid::bigint = $2 \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        &[(&high, Type::INT8), (&low, Type::INT8)],
    )?;
    Ok(match rows.first() {
        None => Whose::Nobodys,
        Some(row) if row.try_get(0)? => Whose::Own,
        Some(_) => Whose::Other,
    })
}

/// The number of a release's lock (FNV-1a): two of a number would only wait for each other in vain.
fn number(namespace: &str, name: &str) -> i64 {
    let text = format!("pintle {namespace}/{name}");
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// `PID OPERATION SINCE HOST`, in the 63 characters that a label may have.
fn note(holder: &Holder) -> String {
    let since: jiff::Timestamp = holder.since.parse().unwrap_or_else(|_| jiff::Timestamp::now());
    let text = format!("{} {} {} {}", holder.pid, holder.operation, since.as_second(), holder.host);
    text.chars().take(63).collect()
}

fn read_note(text: &str) -> Option<Holder> {
    let mut words = text.splitn(4, ' ');
    let pid = words.next()?.parse().ok()?;
    let operation = words.next()?.to_owned();
    let since = jiff::Timestamp::from_second(words.next()?.parse().ok()?).ok()?.to_string();
    Some(Holder { pid, operation, since, host: words.next()?.to_owned(), ..Holder::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes() {
        let holder = Holder {
            host: "h".repeat(80),
            pid: 7,
            operation: "upgrade".into(),
            since: "2026-01-01T00:00:00Z".into(),
            ..Holder::default()
        };
        let text = note(&holder);
        assert_eq!(text.len(), 63);
        let read = read_note(&text).expect("a note");
        assert_eq!((read.pid, read.operation, read.since), (7, holder.operation, holder.since));
        assert_eq!(read_note("helm"), None);
        assert_ne!(number("a", "b"), number("b", "a"));
    }
}
