import Foundation
import Testing
import ToolDefinitions
import WarderModel

@testable import WarderCommands

/// Asking real processes for their tools: helpful ones, and others.
@Suite("Listing a server's tools") struct MCPToolListingTests {
    /// What scripts begin with: `answer RESULT`, and the number of the request that came.
    private static let prelude = """
        answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$1"; }
        refuse() { printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32602,"message":"no"}}\\n' "$id"; }
        tool() { printf '{"name":"%s","inputSchema":{"type":"object"}}' "$1"; }
        number() { id=${1#*'"id":'}; id=${id%%[,\\}]*}; }

        """
    private static let legacy = """
        *server/discover*) refuse ;;
        *'"initialize"'*) answer '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"x","version":"1"}}' ;;

        """
    private static let modern = #"*server/discover*) answer '{"supportedVersions":["2026-07-28"]}' ;;"# + "\n"

    /// A server that answers by the cases of a shell script.
    private func tools(_ cases: String, seconds: Int = 20, before: String = "") throws -> [String] {
        let loop = "while IFS= read -r line; do number \"$line\"; case \"$line\" in\n\(cases)\nesac; done\n"
        let script = Self.prelude + before + "\n" + loop
        return try MCPToolListing.tools(of: ["sh", "-c", script], environment: Self.environment, seconds: seconds)
            .map(\.name.text)
    }

    private static let environment = ["PATH": "/usr/bin:/bin"]

    private func failure(_ cases: String, seconds: Int = 20, before: String = "") -> CommandFailure? {
        do {
            _ = try tools(cases, seconds: seconds, before: before)
            return nil
        } catch { return error as? CommandFailure }
    }

    // MARK: Helpful ones

    @Test("the later era: no handshake, its own words in every request, page after page")
    func modern() throws {
        let cases = """
            \(Self.modern)*tools/list*) case "$line" in *io.modelcontextprotocol/protocolVersion*2026-07-28*) ;; *) exit 3 ;; esac
            case "$line" in
            *'"cursor":"two"'*) answer "{\\"resultType\\":\\"complete\\",\\"tools\\":[$(tool b)],\\"ttlMs\\":1,\\"cacheScope\\":\\"public\\"}" ;;
            *) answer "{\\"tools\\":[$(tool a)],\\"nextCursor\\":\\"two\\"}" ;; esac ;;
            *initialize*) exit 4 ;;
            """
        #expect(try tools(cases) == ["a", "b"])
    }

    @Test("the earlier era: whatever is no answer to the later one's question means a handshake")
    func legacy() throws {
        let cases = """
            \(Self.legacy)*notifications/initialized*) ready=1 ;;
            *tools/list*) [ "$ready" = 1 ] || exit 3; answer "{\\"tools\\":[$(tool a)]}" ;;
            """
        #expect(try tools(cases) == ["a"])
        // One that says nothing to what it does not know.
        let silent = cases.replacing("*server/discover*) refuse ;;", with: "*server/discover*) ;;")
        #expect(try tools(silent, seconds: 6) == ["a"])
    }

    @Test("greetings on the wrong channel, noise and questions of the server are survived")
    func noise() throws {
        let cases = """
            \(Self.legacy)*tools/list*) mine=$id; echo '{"jsonrpc":"2.0","id":"q","method":"ping"}'; IFS= read -r reply
            case "$reply" in *'"id":"q"'*'"result"'*) id=$mine; answer "{\\"tools\\":[$(tool a)]}" ;; *) exit 3 ;; esac ;;
            """
        let before =
            "echo 'Server v1 ready'; i=0; while [ $i -lt 2000 ]; do echo 'a warning about nothing' >&2; i=$((i+1)); done"
        #expect(try tools(cases, before: before) == ["a"])
    }

    @Test("a list that changed while it was read is read again; one that keeps changing is refused")
    func changing() throws {
        let notify = #"echo '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';"#
        let once = """
            \(Self.modern)*tools/list*) if [ -z "$seen" ]; then seen=1; \(notify) answer "{\\"tools\\":[$(tool a)]}"
            else answer "{\\"tools\\":[$(tool b)]}"; fi ;;
            """
        #expect(try tools(once) == ["b"])
        let always = "\(Self.modern)*tools/list*) \(notify) answer \"{\\\"tools\\\":[$(tool a)]}\" ;;"
        #expect(failure(always)?.message.contains("change while they are listed") == true)
    }

    // MARK: Others

    @Test("a tool that stands on two pages is refused")
    func twoPages() {
        let cases = """
            \(Self.modern)*tools/list*) case "$line" in *cursor*) answer "{\\"tools\\":[$(tool a)]}" ;;
            *) answer "{\\"tools\\":[$(tool a)],\\"nextCursor\\":\\"2\\"}" ;; esac ;;
            """
        #expect(failure(cases)?.message.contains("has the name of an earlier one") == true)
    }

    @Test("pages in a circle, and pages without an end")
    func pages() {
        let circle = #"*tools/list*) answer '{"tools":[],"nextCursor":"again"}' ;;"#
        #expect(failure(Self.modern + circle)?.message.contains("circle") == true)
        let endless = #"*tools/list*) answer "{\"tools\":[],\"nextCursor\":\"$id\"}" ;;"#
        #expect(failure(Self.modern + endless, seconds: 60)?.message.contains("more than 1000 pages") == true)
    }

    @Test("a server that never answers is given up and ended, with what it started")
    func silence() throws {
        let folder = try TemporaryFolder()
        let file = folder.file("pids")
        let before = "trap '' TERM; sleep 600 & echo $$ $! > \(file); while :; do sleep 1; done"
        let failure = failure("*) ;;", seconds: 1, before: before)
        #expect(failure?.message == "the server did not answer within 1 seconds")
        let pids = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        #expect(pids.count == 2)
        for pid in pids.compactMap({ Int32($0) }) { #expect(Self.ends(pid), "\(pid)") }
    }

    /// Whether a process is gone, or waits for somebody to see that it is; a signal takes a moment to work.
    private static func ends(_ pid: Int32) -> Bool {
        for _ in 0..<100 {
            let state = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.split(separator: " ")
            if state == nil || state?[2] == "Z" { return true }
            usleep(50_000)
        }
        return false
    }

    @Test("one that ends, or is not there, says why, and cannot drive the terminal with it")
    func ended() throws {
        let failure = failure("*) ;;", before: "printf 'no \\033[2Jtoken\\n' >&2; exit 1")
        #expect(failure?.message == "the server ended before it had answered")
        #expect(failure?.hints == ["It wrote: no \\u{1b}[2Jtoken"])
        #expect(throws: CommandFailure.self) {
            try MCPToolListing.tools(of: ["/nonexistent/server"], environment: Self.environment, seconds: 20)
        }
    }

    @Test("a line without an end, a key that stands twice, an error in place of a list")
    func badAnswers() {
        let endless = "\(Self.modern)*tools/list*) head -c 9000000 /dev/zero | tr '\\0' x ;;"
        #expect(failure(endless)?.message.contains("a line of more than 8388608 bytes") == true)
        let twice = #"*tools/list*) answer '{"tools":[{"name":"a","name":"b","inputSchema":{"type":"object"}}]}' ;;"#
        #expect(failure(Self.modern + twice)?.message.contains("no JSON that can be read") == true)
        #expect(failure("\(Self.modern)*tools/list*) refuse ;;")?.message.contains("answered with an error") == true)
        #expect(failure("*) refuse ;;")?.message == "the server refused to begin")
    }
}
