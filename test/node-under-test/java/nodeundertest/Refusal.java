package nodeundertest;

/** A "no" that the caller turns into an answer of its own, as opposed to a bug. */
final class Refusal extends RuntimeException {
    final String kind;

    Refusal(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    Refusal(String kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }
}
