// The few functions of libcurl that an HTTP client needs, typed: curl's own setters take anything.
//
// The library is loaded at run time: a program that never talks HTTP does not need it. Its functions and the numbers of its options,
// which are part of its stable binary interface, are declared here, so that its headers are not needed either.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The functions of a loaded libcurl.
typedef struct ccurl_library ccurl_library;

/// The first of `candidates` (names or paths for `dlopen`, nil-terminated) that is a libcurl with all functions that are used.
///
/// Null, with the reason in `message`, when there is none. The library itself stays loaded until the process ends. Safe to call from
/// any thread; free the result with `ccurl_free_library`.
ccurl_library *_Nullable ccurl_load(const char *_Nullable const *_Nonnull candidates, char *_Nonnull message, size_t capacity);
void ccurl_free_library(ccurl_library *_Nonnull library);

/// Such as `libcurl/7.88.1 OpenSSL/3.0.17 ...`.
const char *_Nonnull ccurl_version(const ccurl_library *_Nonnull library);

// MARK: One exchange (curl_easy)

/// Options of an exchange: their numbers in libcurl.
enum {
    CCURL_URL = 10002,
    CCURL_CUSTOM_METHOD = 10036,
    CCURL_CA_FILE = 10065,
    CCURL_HEADERS = 10023,
    CCURL_ERROR_BUFFER = 10010,
    CCURL_WRITE_CONTEXT = 10001,
    CCURL_READ_CONTEXT = 10009,
    CCURL_HEADER_CONTEXT = 10029,
    CCURL_SEEK_CONTEXT = 10168,
    CCURL_WRITE_FUNCTION = 20011,
    CCURL_READ_FUNCTION = 20012,
    CCURL_HEADER_FUNCTION = 20079,
    CCURL_SEEK_FUNCTION = 20167,
    CCURL_NO_BODY = 44,
    CCURL_UPLOAD = 46,
    CCURL_FRESH_CONNECTION = 74,
    CCURL_HTTP_VERSION = 84,
    CCURL_BUFFER_SIZE = 98,
    CCURL_NO_SIGNALS = 99,
    CCURL_CONNECT_TIMEOUT_MS = 156,
    CCURL_PROTOCOLS = 181,
    CCURL_KEEP_ALIVE = 213,
    CCURL_PATH_AS_IS = 234,
    CCURL_SUPPRESS_CONNECT_HEADERS = 265,
    CCURL_UPLOAD_BUFFER_SIZE = 280,
    CCURL_UPLOAD_SIZE = 30115,
};

/// Values of options.
enum {
    CCURL_HTTP_1_1 = 2,
    CCURL_PROTOCOLS_HTTP_AND_HTTPS = 3,
    CCURL_ERROR_SIZE = 256,
    CCURL_READ_ABORT = 0x10000000,
    CCURL_SEEK_OK = 0,
    CCURL_SEEK_FAIL = 1,
};

/// How an exchange ended (CURLcode).
enum {
    CCURL_OK = 0,
    CCURL_UNSUPPORTED_PROTOCOL = 1,
    CCURL_MALFORMED_URL = 3,
    CCURL_NO_PROXY_ADDRESS = 5,
    CCURL_NO_HOST_ADDRESS = 6,
    CCURL_NO_CONNECTION = 7,
    CCURL_TIMED_OUT = 28,
    CCURL_TLS_CERTIFICATE_PROBLEM = 58,
    CCURL_TLS_CIPHER = 59,
    CCURL_PEER_FAILED_VERIFICATION = 60,
    CCURL_TLS_CA_FILE = 77,
    CCURL_TLS_ISSUER = 83,
};

/// Bytes of a body or one line of a header: how many were taken; any other number than `size * count` ends the exchange.
typedef size_t (*ccurl_data_function)(char *_Nullable bytes, size_t size, size_t count, void *_Nullable context);
typedef int (*ccurl_seek_function)(void *_Nullable context, int64_t offset, int origin);

void *_Nullable ccurl_easy_new(const ccurl_library *_Nonnull library);
void ccurl_easy_free(const ccurl_library *_Nonnull library, void *_Nonnull easy);
/// Forgets all options and keeps connections.
void ccurl_easy_reset(const ccurl_library *_Nonnull library, void *_Nonnull easy);

/// Setters return 0, or how the library refuses.
int ccurl_set_number(const ccurl_library *_Nonnull library, void *_Nonnull easy, int option, long value);
int ccurl_set_size(const ccurl_library *_Nonnull library, void *_Nonnull easy, int option, int64_t value);
/// The library copies the text.
int ccurl_set_text(const ccurl_library *_Nonnull library, void *_Nonnull easy, int option, const char *_Nullable text);
/// A list of headers, a buffer or a context: the caller keeps it until the exchange is over.
int ccurl_set_pointer(const ccurl_library *_Nonnull library, void *_Nonnull easy, int option, void *_Nullable pointer);
int ccurl_set_data_function(const ccurl_library *_Nonnull library, void *_Nonnull easy, int option, ccurl_data_function _Nonnull function);
int ccurl_set_seek_function(const ccurl_library *_Nonnull library, void *_Nonnull easy, ccurl_seek_function _Nonnull function);
/// The library's words for how an exchange ended.
const char *_Nonnull ccurl_describe(const ccurl_library *_Nonnull library, int result);

/// A list of header lines, which the library copies; null when there is no memory.
void *_Nullable ccurl_list_append(const ccurl_library *_Nonnull library, void *_Nullable list, const char *_Nonnull line);
void ccurl_list_free(const ccurl_library *_Nonnull library, void *_Nullable list);

// MARK: Driving it (curl_multi)

void *_Nullable ccurl_multi_new(const ccurl_library *_Nonnull library);
void ccurl_multi_free(const ccurl_library *_Nonnull library, void *_Nonnull multi);
int ccurl_multi_add(const ccurl_library *_Nonnull library, void *_Nonnull multi, void *_Nonnull easy);
int ccurl_multi_remove(const ccurl_library *_Nonnull library, void *_Nonnull multi, void *_Nonnull easy);
/// Does what can be done without waiting.
int ccurl_multi_perform(const ccurl_library *_Nonnull library, void *_Nonnull multi);
/// Waits until there is something to do, or for `milliseconds`.
int ccurl_multi_poll(const ccurl_library *_Nonnull library, void *_Nonnull multi, int milliseconds);
/// Whether the only exchange of `multi` is over, and how it ended.
int ccurl_multi_is_done(const ccurl_library *_Nonnull library, void *_Nonnull multi, int *_Nonnull result);

// MARK: URLs (curl_url)

/// Parts of a URL and flags.
enum {
    CCURL_URL_WHOLE = 0,
    CCURL_URL_SCHEME = 1,
    CCURL_URL_HOST = 5,
    CCURL_URL_PORT = 6,
    CCURL_URL_PATH = 7,
    CCURL_URL_FRAGMENT = 9,
    CCURL_URL_DEFAULT_PORT = 1 << 0,
    CCURL_URL_NO_USER = 1 << 5,
    CCURL_URL_ENCODE = 1 << 7,
};

void *_Nullable ccurl_url_new(const ccurl_library *_Nonnull library);
void ccurl_url_free(const ccurl_library *_Nonnull library, void *_Nonnull url);
/// Sets a part; a whole URL that is relative is resolved against the one that was set before. 0 or an error.
int ccurl_url_set(const ccurl_library *_Nonnull library, void *_Nonnull url, int part, const char *_Nullable text, unsigned flags);
/// A part as text, to be freed with `ccurl_text_free`; null when there is none.
char *_Nullable ccurl_url_get(const ccurl_library *_Nonnull library, void *_Nonnull url, int part, unsigned flags);
void ccurl_text_free(const ccurl_library *_Nonnull library, char *_Nonnull text);
