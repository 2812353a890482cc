//! What is known of the objects that are waited for: told by the server, or asked for.

use std::time::{Duration, Instant};

use super::kstatus::Status;
use super::{Reader, Waiter};
use crate::kube::{Result, Watch};
use crate::{Object, Resource};

/// How long a watch may take to show what there is, before objects are asked for.
const PATIENCE: Duration = Duration::from_secs(2);
/// A watch that lived at least so long is worth another one.
const GOOD_LIFE: Duration = Duration::from_secs(10);
/// However silent a watch is, objects are asked for so often: connections die unnoticed.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// What is known.
#[derive(Default)]
pub(super) struct Sight<'w> {
    watch: Option<Box<dyn Watch + 'w>>,
    /// When the last watch began; none before the first.
    began: Option<Instant>,
    /// When objects were last asked for beside it.
    asked: Option<Instant>,
    /// Whether watching is no use here.
    hopeless: bool,
    /// The objects as last told; none where nothing was.
    objects: Vec<Option<Object>>,
}

impl Sight<'_> {
    /// Whether the server tells of changes.
    pub(super) fn is_open(&self) -> bool {
        self.watch.is_some()
    }

    /// Waits for changes.
    pub(super) fn listen(&mut self, time: Duration) {
        let Some(watch) = &mut self.watch else { return };
        for (place, object) in watch.next(time) {
            if let Some(slot) = self.objects.get_mut(place) {
                *slot = object;
            }
        }
        let life = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        if watch.has_ended() || (!watch.is_live() && life >= PATIENCE) {
            self.hopeless = life < GOOD_LIFE || !watch.is_live() && !watch.has_ended();
            self.watch = None;
        }
    }
}

impl<'a> Waiter<'a> {
    /// How far the resources are now; `None` where that cannot be told this time.
    pub(super) fn see(
        &self,
        sight: &mut Sight<'a>,
        asked: &[&Resource],
        reader: Reader,
    ) -> Result<Vec<Option<Status>>> {
        if !sight.is_open() && !sight.hopeless {
            sight.watch = self.kube.watch(asked);
            sight.hopeless = sight.watch.is_none();
            (sight.began, sight.asked) = (Some(Instant::now()), None);
            sight.objects = vec![None; asked.len()];
            while sight.watch.as_ref().is_some_and(|w| !w.is_live()) && !self.events.cancelled() {
                sight.listen(PATIENCE / 4);
            }
        }
        let last = sight.asked.or(sight.began);
        if sight.is_open() && last.is_some_and(|last| last.elapsed() >= ASK_AGAIN) {
            sight.asked = Some(Instant::now());
            return self.look(asked, reader);
        }
        if !sight.is_open() {
            return self.look(asked, reader);
        }
        let told = asked.iter().zip(&sight.objects);
        Ok(told.map(|(r, object)| Some(self.tell(r, object.as_ref(), reader))).collect())
    }
}
