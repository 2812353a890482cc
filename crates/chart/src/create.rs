//! helm create
