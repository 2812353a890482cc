//! Waiting until objects are what they should be.

pub mod kstatus;
