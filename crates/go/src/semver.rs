//! Semantic versions and constraints as Masterminds/semver v3 has them (what Helm and Sprig compare with).
