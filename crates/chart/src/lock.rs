//! Chart.lock: the digest that ties it to Chart.yaml.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::Dependency;
use crate::json::go_text;

/// The digest of the dependencies asked for and those locked, as Chart.lock holds it: `sha256:...`.
pub fn hash_req(req: Option<&[Dependency]>, lock: Option<&[Dependency]>) -> String {
    digest(&Json::Array(vec![list(req), list(lock)]))
}

/// The digest that Helm 2 wrote into requirements.lock.
pub fn hash_v2_req(req: Option<&[Dependency]>) -> String {
    digest(&serde_json::json!({ "dependencies": list(req) }))
}

fn list(deps: Option<&[Dependency]>) -> Json {
    deps.map_or(Json::Null, |d| d.iter().map(Dependency::to_json).collect())
}

fn digest(j: &Json) -> String {
    let sum = Sha256::digest(go_text(j));
    let mut out = String::from("sha256:");
    for byte in sum {
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_helm() {
        // from the resolver's test table: alpine 0.1.0 of example.com
        let dep = Dependency {
            name: "alpine".into(),
            version: "0.1.0".into(),
            repository: "http://localhost:8879/charts".into(),
            ..Dependency::default()
        };
        let sum = hash_req(Some(std::slice::from_ref(&dep)), Some(std::slice::from_ref(&dep)));
        assert_eq!(sum, "sha256:fb239e836325c5fa14b29d1540a13b7d3ba13151b67fe719f820e0ef6d66aaaf");
    }
}
