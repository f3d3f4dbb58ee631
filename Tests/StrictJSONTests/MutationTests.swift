import Foundation
import RandomTesting
import StrictJSON
import Testing

/// Damaged documents: nothing may crash, what is accepted must have a stable canonical form, and an independent strict
/// reading must agree on what to accept.
@Suite("Mutated documents")
struct MutationTests {
    private static let widest = JSONLimits(maxBytes: .max, maxDepth: .max, maxMembers: .max, maxTokens: .max)

    private static let documents = [
        #"{"secret":"payments/stripe","version":12,"wait":false,"tool":{"name":"charge","session":null},"tags":["a","b"]}"#,
        #"[0,-0,1.5,-2e10,1E-7,0.000001,123456789012345678901234567890,[],{},[[]],{"":{}}]"#,
        #"{"\u00e9":"\ud83d\ude00\n\"\\\/\b\f\r\t","é̈":"€😀","\u0000":"\u0000","a":{"a":{"a":[true,false,null]}}}"#,
        " \t\r\n [ 1 , { \"k\" : \"v\" , \"l\" : [ ] } ] \n",
    ]

    private static let pieces: [[UInt8]] =
        [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "+", " ", "\n", "\u{0}", "\\u", "\\ud800",
            "\\udc00", "null", "true", "1", "\u{FEFF}", "\u{2028}", "é", "😀", "{\"a\":1,\"a\":2}", ",\"\\u0061\":0",
        ].map { Array($0.utf8) } + [[0x80], [0xC0], [0xED, 0xA0, 0x80], [0xF5], [0xFF]]

    private func mutate(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let at = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, at + Int.random(in: 0...4, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
            case 3: bytes.removeSubrange(at...)
            default: bytes.replaceSubrange(at..<end, with: Self.pieces.randomElement(using: &generator) ?? [])
            }
        }
        return bytes
    }

    /// Reads everything there is to read.
    private func readAll(_ node: JSONNode) {
        _ = node.rawBytes
        _ = try? node.string()
        _ = try? node.int()
        _ = try? node.double()
        for (key, value) in node.members {
            _ = try? key.string(allowingNUL: true)
            readAll(value)
        }
        for element in node.elements { readAll(element) }
    }

    @Test("no damage crashes the reader, and what is still accepted has a stable canonical form")
    func robustness() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<6_000 {
            let bytes = mutate(Array(Self.documents[round % Self.documents.count].utf8), using: &generator)
            guard let document = try? JSONDocument(parsing: bytes) else { continue }
            accepted += 1
            readAll(document.root)
            let first: [UInt8]
            do throws(JSONError) {
                first = try CanonicalJSON.bytes(of: document.root)
            } catch {
                guard case .numberOutOfRange = error else { throw error }
                continue
            }
            let second = try CanonicalJSON.bytes(of: JSONDocument(parsing: first).root)
            #expect(first == second, "seed \(seed)")
        }
        #expect(accepted > 100, "seed \(seed)")
    }

    /// Python's parser, made strict where it is not: constants, repeated keys and lone surrogates.
    private static let strictPython = """
        import json, struct, sys
        def refuse(*_): raise ValueError
        def pairs(items):
            result = dict(items)
            if len(result) != len(items): raise ValueError
            return result
        def accepts(data):
            try:
                value = json.loads(data.decode("utf-8"), parse_constant=refuse, object_pairs_hook=pairs)
                json.dumps(value, ensure_ascii=False).encode("utf-8")
                return True
            except (ValueError, RecursionError):
                return False
        data, at, out = open(sys.argv[1], "rb").read(), 0, []
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            out.append("1" if accepts(data[at + 4:at + 4 + size]) else "0")
            at += 4 + size
        sys.stdout.write("".join(out))
        """

    @Test("an independent parser, made strict, accepts and refuses the same documents")
    func agreement() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var inputs: [[UInt8]] = []
        for round in 0..<4_000 {
            inputs.append(mutate(Array(Self.documents[round % Self.documents.count].utf8), using: &generator))
        }
        let verdicts = try pythonVerdicts(inputs)
        try #require(verdicts.count == inputs.count)
        for (input, verdict) in zip(inputs, verdicts) {
            let accepts = refusal(input, limits: Self.widest) == nil
            #expect(accepts == verdict, "seed \(seed): \(String(decoding: input, as: UTF8.self))")
        }
    }

    private func pythonVerdicts(_ inputs: [[UInt8]]) throws -> [Bool] {
        var data = Data()
        for input in inputs {
            for shift in [0, 8, 16, 24] { data.append(UInt8(truncatingIfNeeded: input.count >> shift)) }
            data.append(contentsOf: input)
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "strict-json-\(UUID().uuidString)")
        try data.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.strictPython, file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return answer.map { $0 == UInt8(ascii: "1") }
    }
}
