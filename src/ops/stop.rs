//! SIGINT and SIGTERM: the first asks the operation to stop, so that it is recorded as failed; the second ends the
//! process at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Listens from now on. The flag is set by the first signal; where the system gives no handlers, it never is.
pub fn listen() -> Arc<AtomicBool> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // in this order, so that the first signal finds the flag down
        let ends = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&asked));
        let _ = ends.and_then(|_| flag::register(signal, Arc::clone(&asked)));
    }
    asked
}
