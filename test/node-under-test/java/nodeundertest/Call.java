package nodeundertest;

import com.fasterxml.jackson.databind.JsonNode;

/** The arguments of one call. A missing one is an error, not a default. */
record Call(JsonNode arguments) {
    String text(String name) {
        return required(name).asText();
    }

    String optionalText(String name) {
        JsonNode value = arguments.get(name);
        return value == null || value.isNull() ? null : value.asText();
    }

    boolean flag(String name) {
        return required(name).asBoolean();
    }

    JsonNode list(String name) {
        return required(name);
    }

    private JsonNode required(String name) {
        JsonNode value = arguments.get(name);
        if (value == null) throw new IllegalArgumentException("argument " + name + " is missing");
        return value;
    }
}
