#include "answer.h"

#include <string.h>
#include <strings.h>

static const char status_line[] = "HTTP/1.1 ";
enum { VERSION_LENGTH = sizeof status_line - 1 };

static bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// The text after `name:` and spaces if the line is this field, else NULL.
static const char *value_of(const char *line, const char *name, size_t length) {
    if (strncasecmp(line, name, length) != 0 || line[length] != ':') return NULL;
    const char *value = line + length + 1;
    while (*value == ' ') value++;
    return value;
}

/// Reads one line of the head. The line ends in CRLF, so that no comparison runs over its end.
static bool read_field(const char *line, bool *has_length, size_t *length, bool *closes) {
    // Most fields are dismissed by their first letter.
    if ((line[0] | 0x20) == 't') return value_of(line, "transfer-encoding", 17) == NULL;
    if ((line[0] | 0x20) != 'c') return true;
    const char *value = value_of(line, "content-length", 14);
    if (value != NULL) {
        if (*has_length || !is_digit(*value)) return false;
        for (*length = 0; is_digit(*value) && *length < 1 << 28; value++) *length = *length * 10 + (size_t)(*value - '0');
        *has_length = true;
        return *value == '\r';
    }
    value = value_of(line, "connection", 10);
    if (value != NULL && strncasecmp(value, "close", 5) == 0) *closes = true;
    return true;
}

enum answer_progress answer_read_head(const char *bytes, size_t count, struct answer *answer) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (end == NULL) return ANSWER_INCOMPLETE;
    const char *status = bytes + VERSION_LENGTH;
    if (end < status + 3 || memcmp(bytes, status_line, VERSION_LENGTH) != 0) return ANSWER_UNREADABLE;
    if (!is_digit(status[0]) || !is_digit(status[1]) || !is_digit(status[2])) return ANSWER_UNREADABLE;

    answer->status = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
    answer->closes = false;
    bool has_length = false;
    size_t body = 0;
    const char *line = memchr(bytes, '\n', (size_t)(end + 2 - bytes));
    while (line != NULL && line < end) {
        if (!read_field(line + 1, &has_length, &body, &answer->closes)) return ANSWER_UNREADABLE;
        line = memchr(line + 1, '\n', (size_t)(end + 1 - line));
    }
    bool has_none = answer->status == 204 || answer->status == 304;
    if (!has_length && !has_none) return ANSWER_UNREADABLE;
    answer->length = (size_t)(end - bytes) + 4 + (has_none ? 0 : body);
    return ANSWER_READ;
}
