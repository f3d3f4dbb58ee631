import Foundation
import Glibc
import Testing

/// A file that gets every event.
@Suite("Events in a file")
struct SinkTests {
    private let vault: VaultProcess
    private var file: String { vault.directory + "/events.jsonl" }

    init() throws {
        vault = try VaultProcess(profile: "single-user")
        try vault.addSetting("audit:\n  file: \(file)")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
    }

    private func lines(_ path: String) -> [String] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }

    /// The log from its own export, without the export itself.
    private func log() throws -> [String] {
        let body = try vault.ask("GET", "/v1/audit/export", expecting: 200).body
        return body.split(separator: "\n").map(String.init).dropLast()
    }

    /// Waits until the file has these lines at its beginning.
    private func expectFile(_ path: String, toHave expected: [String]) {
        let end = ContinuousClock.now + .seconds(20)
        while lines(path).count < expected.count, ContinuousClock.now < end { usleep(20_000) }
        #expect(Array(lines(path).prefix(expected.count)) == expected)
    }

    private func resolve() throws {
        let body = #"{"tool":"github/list","secret":"github/pat"}"#
        #expect(try vault.client().request("POST", "/v1/resolve", body: body).status == 200)
    }

    @Test("the file has what the log has, byte by byte, over kills, restarts and while it was moved away")
    func everything() throws {
        try resolve()
        expectFile(file, toHave: try log())

        for _ in 0..<5 {
            try resolve()
            vault.kill()
            try vault.start()
            try vault.unseal()
        }
        expectFile(file, toHave: try log())

        let moved = file + ".1"
        let before = lines(file).count
        #expect(unsafe rename(file, moved) == 0)
        try resolve()
        let all = try log()
        let end = ContinuousClock.now + .seconds(20)
        while lines(moved).count + lines(file).count < all.count, ContinuousClock.now < end { usleep(20_000) }
        #expect(lines(moved).count >= before)
        #expect(Array((lines(moved) + lines(file)).prefix(all.count)) == all)
        #expect(!lines(file).isEmpty)
    }

    @Test("a file that cannot be written holds nobody up, and gets everything later")
    func gone() throws {
        expectFile(file, toHave: try log())
        #expect(unsafe rename(file, file + ".1") == 0)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        try resolve()
        let end = ContinuousClock.now + .seconds(20)
        while !vault.said.contains("events could not be handed over"), ContinuousClock.now < end { usleep(20_000) }
        #expect(vault.said.contains("events could not be handed over; they wait"))
        try resolve()
        try FileManager.default.removeItem(atPath: file)
        let all = try log()
        while lines(file + ".1").count + lines(file).count < all.count, ContinuousClock.now < end + .seconds(20) {
            usleep(20_000)
        }
        #expect(Array((lines(file + ".1") + lines(file)).prefix(all.count)) == all)
    }
}
