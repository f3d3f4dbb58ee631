#include "request.h"

#include "answer.h"
#include "failure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct text text_of_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_with(errno, path);
    struct text text = {.bytes = NULL, .length = 0};
    size_t room = 0, count;
    do {
        room += 4096;
        text.bytes = not_null(realloc(text.bytes, room + 1));
        count = fread(text.bytes + text.length, 1, room - text.length, file);
        text.length += count;
    } while (text.length == room);
    if (ferror(file)) fail_with(errno, path);
    fclose(file);
    text.bytes[text.length] = '\0';
    return text;
}

struct text request_with_token(struct text request, const char *token) {
    static const char marker[] = "{token}";
    size_t marker_length = sizeof marker - 1, token_length = strlen(token);
    // Every marker becomes one token; more of them than bytes in the request there cannot be.
    struct text filled = {.bytes = not_null(malloc(request.length * (1 + token_length) + 1)), .length = 0};
    const char *rest = request.bytes, *end = request.bytes + request.length;
    while (rest < end) {
        const char *found = memmem(rest, (size_t)(end - rest), marker, marker_length);
        size_t plain = (size_t)((found == NULL ? end : found) - rest);
        memcpy(filled.bytes + filled.length, rest, plain);
        filled.length += plain;
        if (found == NULL) break;
        memcpy(filled.bytes + filled.length, token, token_length);
        filled.length += token_length;
        rest = found + marker_length;
    }
    filled.bytes[filled.length] = '\0';
    return filled;
}

static void send_all(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) fail_with(errno, "the token request could not be sent");
        if (sent > 0) bytes += sent, count -= (size_t)sent;
    }
}

char *token_request(int socket, struct text body) {
    char head[256];
    int head_length = snprintf(
        head, sizeof head,
        "POST /v1/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
        body.length);
    send_all(socket, head, (size_t)head_length);
    send_all(socket, body.bytes, body.length);

    static char bytes[65536];
    size_t count = 0;
    struct answer answer = {.length = sizeof bytes};
    enum answer_progress progress = ANSWER_INCOMPLETE;
    while (progress != ANSWER_READ || count < answer.length) {
        ssize_t received = recv(socket, bytes + count, sizeof bytes - 1 - count, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) fail_with(received < 0 ? errno : 0, "no answer to the token request");
        count += (size_t)received;
        if (progress == ANSWER_INCOMPLETE) progress = answer_read_head(bytes, count, &answer);
        if (progress == ANSWER_UNREADABLE) fail_with(0, "the answer to the token request is not understood");
    }
    bytes[count] = '\0';
    // The vault writes its JSON without spaces.
    static const char key[] = "\"token\":\"";
    char *token = answer.status == 201 ? strstr(bytes, key) : NULL;
    char *end = token == NULL ? NULL : strchr(token + sizeof key - 1, '"');
    if (end == NULL) {
        fprintf(stderr, "load-generator: no token:\n%s\n", bytes);
        exit(3);
    }
    *end = '\0';
    return not_null(strdup(token + sizeof key - 1));
}
