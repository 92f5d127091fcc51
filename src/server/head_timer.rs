//! The timer of a connection: how long the head of its next request may take.
//!
//! hyper wants a new timer for each head and drops it when the head is there. The system's timers stand in a wheel behind a
//! lock of all connections, so taking one out and putting another in for each request would have all of them meet there.
//! Here a connection has one alarm for as long as it lives. It is not put back when a head comes in time: when it goes off
//! too early it is set again, once in `head_timeout` at most.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

type Alarm = Arc<Mutex<Pin<Box<tokio::time::Sleep>>>>;

/// The timer of one connection, which waits for one thing at a time.
#[derive(Clone)]
pub struct HeadTimer(Alarm);

impl HeadTimer {
    /// For a connection whose heads may take so long.
    pub fn new(head_timeout: Duration) -> Self {
        Self(Arc::new(Mutex::new(Box::pin(tokio::time::sleep(head_timeout)))))
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(HeadSleep { deadline, alarm: self.0.clone() })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

/// One thing that is waited for.
struct HeadSleep {
    deadline: Instant,
    alarm: Alarm,
}

impl Sleep for HeadSleep {}

impl Future for HeadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Setting it anew is whole, so poison says nothing.
        let mut alarm = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        if alarm.deadline().into_std() > self.deadline {
            alarm.as_mut().reset(self.deadline.into());
        }
        while alarm.as_mut().poll(context).is_ready() {
            if alarm.deadline().into_std() >= self.deadline {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(self.deadline.into());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    /// How long somebody waits who may wait so long from now on.
    async fn waited(timer: &HeadTimer, limit: Duration) -> Duration {
        let began = timer.now();
        let late = tokio::time::timeout(Duration::from_secs(30), timer.sleep_until(began + limit)).await;
        assert!(late.is_ok(), "it ends");
        timer.now() - began
    }

    #[tokio::test]
    async fn each_head_has_all_of_its_time_and_an_end() {
        let timer = HeadTimer::new(LIMIT);
        for head_after in [LIMIT / 2, LIMIT / 3, Duration::ZERO, LIMIT / 2] {
            let limit = timer.sleep_until(timer.now() + LIMIT * 10);
            tokio::select! {
                biased;
                () = tokio::time::sleep(head_after) => {}
                () = limit => panic!("too early"),
            }
        }
        assert!(waited(&timer, LIMIT).await >= LIMIT);
        assert!(waited(&timer, LIMIT).await >= LIMIT, "what is past is past");
        assert!(waited(&timer, LIMIT * 2).await >= LIMIT * 2);
        drop(timer.sleep_until(timer.now() + Duration::from_secs(60)));
        assert!((LIMIT..Duration::from_secs(30)).contains(&waited(&timer, LIMIT).await), "a shorter one counts");
    }
}
