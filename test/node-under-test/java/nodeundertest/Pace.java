package nodeundertest;

import java.util.concurrent.locks.LockSupport;

/** Spreads work over a time, so that half-filled views can be seen and waited for. */
final class Pace {
    private final long begin;
    private final long lengthMs;

    Pace(long begin, long lengthMs) {
        this.begin = begin;
        this.lengthMs = lengthMs;
    }

    /** Returns when `share` (0 to 1) of the time is over. */
    void waitUntil(double share) {
        sleepUntil(begin + (long) (lengthMs * share));
    }

    void waitUntilOver() {
        sleepUntil(begin + lengthMs);
    }

    private static void sleepUntil(long time) {
        for (long left = time - System.currentTimeMillis(); left > 0; left = time - System.currentTimeMillis()) {
            LockSupport.parkNanos(left * 1_000_000);
        }
    }
}
