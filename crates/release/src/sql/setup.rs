//! Helm's tables, made by its migrations. What was applied stands in `gorp_migrations`, where Helm looks, too.
//!
//! Column names are written without quotes, so PostgreSQL keeps them in lower case, as it does for Helm.

use postgres::Client;
use postgres::types::Type;

use super::SqlError;

/// Id and statements of each migration, in the order in which they are applied (by id).
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "custom_labels",
        "CREATE TABLE custom_labels_v1 (
            releaseKey VARCHAR(64),
            releaseNamespace VARCHAR(67),
            key VARCHAR(317),
            value VARCHAR(63)
        );
        CREATE INDEX ON custom_labels_v1 (releaseKey, releaseNamespace);
        GRANT ALL ON custom_labels_v1 TO PUBLIC;
        ALTER TABLE custom_labels_v1 ENABLE ROW LEVEL SECURITY;",
    ),
    (
        "init",
        "CREATE TABLE releases_v1 (
            key VARCHAR(90),
            type VARCHAR(64) NOT NULL,
            body TEXT NOT NULL,
            name VARCHAR(64) NOT NULL,
            namespace VARCHAR(64) NOT NULL,
            version INTEGER NOT NULL,
            status TEXT NOT NULL,
            owner TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            modifiedAt INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY(key, namespace)
        );
        CREATE INDEX ON releases_v1 (key, namespace);
        CREATE INDEX ON releases_v1 (version);
        CREATE INDEX ON releases_v1 (status);
        CREATE INDEX ON releases_v1 (owner);
        CREATE INDEX ON releases_v1 (createdAt);
        CREATE INDEX ON releases_v1 (modifiedAt);
        GRANT ALL ON releases_v1 TO PUBLIC;
        ALTER TABLE releases_v1 ENABLE ROW LEVEL SECURITY;",
    ),
];

/// Makes what is missing; nothing is written where all is there.
pub(super) fn ensure(client: &mut Client) -> Result<(), SqlError> {
    // no table, no migrations
    let applied = applied(client).unwrap_or_default();
    let missing = |id: &str| !applied.iter().any(|a| a == id);
    if !MIGRATIONS.iter().any(|(id, _)| missing(id)) {
        return Ok(());
    }
    client.batch_execute(
        "create table if not exists \"gorp_migrations\" (\"id\" text not null primary key, \"applied_at\" timestamp \
         with time zone)",
    )?;
    if let Some(unknown) = applied.iter().find(|a| !MIGRATIONS.iter().any(|(id, _)| id == a)) {
        return Err(SqlError::text(format!(
            "Unable to create migration plan because of {unknown}: unknown migration in database"
        )));
    }
    for (id, statements) in MIGRATIONS.iter().filter(|(id, _)| missing(id)) {
        let handling = |e: postgres::Error| SqlError::text(format!("{} handling {id}", SqlError::from(e)));
        let mut transaction = client.transaction()?;
        transaction.batch_execute(statements).map_err(handling)?;
        let insert = "insert into \"gorp_migrations\" (\"id\",\"applied_at\") values ($1,now())";
        transaction.query_typed(insert, &[(id, Type::TEXT)]).map_err(handling)?;
        transaction.commit().map_err(handling)?;
    }
    Ok(())
}

fn applied(client: &mut Client) -> Option<Vec<String>> {
    let rows = client.query_typed("SELECT id FROM \"gorp_migrations\" ORDER BY \"id\" ASC", &[]).ok()?;
    rows.iter().map(|row| row.try_get(0).ok()).collect()
}
