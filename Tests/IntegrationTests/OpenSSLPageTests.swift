import Foundation
import Testing

/// The page on verifying without Warder, run as it stands there: on exports of a real vault, which must hold, and on
/// altered ones, which must not.
@Suite("The page on verifying with openssl", .serialized)
struct OpenSSLPageTests {
    private let vault: VaultProcess
    private let folder: String
    private let page: VerificationPage

    init() throws {
        vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        folder = vault.directory + "/evidence"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        page = try VerificationPage(folder: folder)
        let status = try vault.ask("GET", "/v1/sys/status").json
        let key = try #require(status["log_key"] as? String)
        try (key + "\n").write(toFile: folder + "/vkey.txt", atomically: false, encoding: .utf8)
    }

    private func resolve(_ count: Int) throws {
        let client = try vault.client()
        let claim =
            #"{"tool":"github/list","secret":"github/pat","purpose":"\"seq\":9 {\"leaf\":","agent":"a b%n\\0"}"#
        for _ in 0..<count { #expect(try client.request("POST", "/v1/resolve", body: claim).status == 200) }
    }

    private func export(_ arguments: [String] = []) throws {
        let made = try RestoreStory.warder(
            ["audit", "export", "--yes", "--output-file", folder + "/export.jsonl"] + arguments,
            vault
        )
        try #require(made.status == 0, "\(made.errors)")
    }

    /// Changes the lines of a file.
    private func change(_ name: String, _ body: (inout [String]) throws -> Void) throws {
        let path = folder + "/" + name
        var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
        try body(&lines)
        try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
    }

    private func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)) }

    @Test("exports of a real vault hold: all events, those of a time, and those of a filter")
    func sound() throws {
        try resolve(12)
        let checkpoint = folder + "/older.checkpoint"
        let kept = try RestoreStory.warder(["audit", "checkpoint", "--output-file", checkpoint], vault)
        try #require(kept.status == 0, "\(kept.errors)")
        try resolve(9)
        try export()
        let all = try page.follow(VerificationPage.sections)
        #expect(all.status == 0, "\(all.output)\(all.errors)")
        let count = try String(contentsOfFile: folder + "/export.jsonl", encoding: .utf8).split(separator: "\n").count
        #expect(all.output.contains("proven up to event \(count)\n"))
        #expect(all.output.contains("the log goes on from the "))
        for filter in [["--type", "grant.add"], ["--since", "1s"], ["--until", "2001-01-01"], ["--tool", "list"]] {
            try export(filter)
            let some = try page.follow(Array(VerificationPage.sections.prefix(3)))
            #expect(some.status == 0, "\(filter): \(some.output)\(some.errors)")
            #expect(some.output.contains("proven up to event "))
        }
    }

    @Test("each section catches what it is there for")
    func altered() throws {
        try resolve(6)
        try export()
        let (signature, file, tree, older) = (
            VerificationPage.sections[0], VerificationPage.sections[1], VerificationPage.sections[2],
            VerificationPage.sections[3]
        )
        let (goodExport, goodManifest) = (try read("export.jsonl"), try read("export.jsonl.manifest"))
        /// What the sections say of an altered export or manifest.
        func caught(
            _ name: String,
            by section: String,
            saying words: String = "",
            _ body: (inout [String]) throws -> Void
        ) throws {
            try change(name, body)
            // The signature alone is always asked for; of the others only the one that is tried.
            let result = try page.follow(section == signature ? [signature] : [signature, section])
            #expect(result.status != 0, "\(section): \(result.output)")
            #expect(words.isEmpty || result.output.contains(words), "\(section): \(result.output)")
            #expect(!result.output.contains("proven up to"))
            try goodExport.write(to: URL(fileURLWithPath: folder + "/export.jsonl"))
            try goodManifest.write(to: URL(fileURLWithPath: folder + "/export.jsonl.manifest"))
        }
        try caught("export.jsonl.manifest", by: signature) { $0[1] = String((Int($0[1]) ?? 0) + 1) }
        try caught("export.jsonl.manifest", by: signature) { $0[0] += "x" }
        for section in [file, tree] {
            try caught("export.jsonl", by: section) {
                $0[3] = $0[3].replacingOccurrences(of: "allowed", with: "refused")
            }
            try caught("export.jsonl", by: section) { $0.swapAt(2, 3) }
            try caught("export.jsonl", by: section) { $0.remove(at: 4) }
            try caught("export.jsonl", by: section) { $0.insert($0[4], at: 4) }
            try caught("export.jsonl", by: section) { $0.removeLast(2) }
            try caught("export.jsonl", by: section) { $0[5] = "" }
        }
        try caught("export.jsonl", by: tree, saying: "event 6 stands where event 5 should") { $0.remove(at: 4) }
        try caught("export.jsonl", by: tree, saying: "an event was changed") {
            $0[3] = $0[3].replacingOccurrences(of: "allowed", with: "refused")
        }
        let leaf = try page.leaf(4)
        try caught("export.jsonl", by: tree, saying: "event 4 is withheld, and no prune explains it") {
            $0[3] = #"{"leaf":"\#(leaf)","seq":4}"#
        }
        // The log of another time: an older checkpoint has more events, or others.
        try goodManifest.write(to: URL(fileURLWithPath: folder + "/older.checkpoint"))
        let shorter = try RestoreStory.warder(
            ["audit", "checkpoint", "--size", "5", "--yes", "--output-file", folder + "/export.jsonl.manifest"],
            vault
        )
        try #require(shorter.status == 0, "\(shorter.errors)")
        let back = try page.follow([signature, older], events: 5)
        #expect(back.status != 0 && back.output.contains("the log had more events then"))
    }

    @Test("an event that the vault could not read is proven by its leaf; where that is lost too, nothing is")
    func damaged() throws {
        try resolve(3)
        try export()
        let sections = [VerificationPage.sections[0], VerificationPage.sections[2]]
        let leaf = try page.leaf(4)
        try change("export.jsonl") { $0[3] = #"{"damaged":true,"leaf":"\#(leaf)","seq":4}"# }
        let proven = try page.follow(sections)
        #expect(proven.status == 0 && proven.output.contains("proven up to event "), "\(proven.output)")
        try change("export.jsonl") { $0[3] = #"{"damaged":true,"seq":4}"# }
        let lost = try page.follow(sections)
        #expect(lost.status != 0 && lost.output.contains("event 4 is damaged"), "\(lost.output)")
    }

    @Test("a key that was not the log's is found out")
    func otherKey() throws {
        try export()
        try change("vkey.txt") { lines in
            let parts = lines[0].components(separatedBy: "+")
            var key = try #require(Data(base64Encoded: parts.dropFirst(2).joined(separator: "+")))
            key[key.count - 1] ^= 1
            lines[0] = "\(parts[0])+\(parts[1])+\(key.base64EncodedString())"
        }
        #expect(try page.follow(Array(VerificationPage.sections.prefix(1))).status != 0)
    }
}
