import Foundation
import WarderClient
import WarderWire

/// Does with the Swift library what it is told (clients/conformance/README.md).
@main
enum ConformanceRunner {
    static func main() async throws {
        let commands = Commands()
        for await line in lines() {
            let command = try Command(line)
            var answer = await commands.answer(command)
            answer["id"] = command.id
            try FileHandle.standardOutput.write(
                contentsOf: JSONSerialization.data(withJSONObject: answer) + Data("\n".utf8)
            )
        }
    }

    /// Lines of standard input, read on a thread of their own: tasks must not wait for a person.
    private static func lines() -> AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
    }
}

/// A line of the protocol.
struct Command {
    let id: Int
    let name: String
    private let members: [String: Any]

    struct Malformed: Error {}

    init(_ line: String) throws {
        guard let members = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let id = members["id"] as? Int, let name = members["do"] as? String
        else { throw Malformed() }
        self.id = id
        self.name = name
        self.members = members
    }

    func text(_ name: String) -> String? { members[name] as? String }
    func isTrue(_ name: String) -> Bool { members[name] as? Bool ?? false }
    func count(_ name: String) -> Int { members[name] as? Int ?? 0 }
    func words(_ name: String) -> [String] { members[name] as? [String] ?? [] }

    func duration(_ name: String) -> Duration? {
        (members[name] as? Double).map { .milliseconds(Int64($0 * 1000)) }
    }

    /// What a call wishes for.
    var wish: Wish {
        get throws(WarderClientError) {
            var arguments: CallArguments?
            if let said = members["arguments"],
                let json = try? JSONSerialization.data(withJSONObject: said, options: .fragmentsAllowed)
            {
                arguments = try CallArguments(json: json)
            }
            let context = members["context"] as? [String: String] ?? [:]
            return Wish(
                secret: text("secret") ?? "",
                fields: members["field"] as? [String] ?? [text("field") ?? "value"],
                tool: text("tool") ?? "",
                digest: text("tool_digest"),
                arguments: arguments,
                context: CallContext(
                    onBehalfOf: context["on_behalf_of"],
                    agent: context["agent"],
                    session: context["session"],
                    purpose: context["purpose"],
                    traceparent: context["traceparent"]
                ),
                maxStale: duration("max_stale") ?? .zero
            )
        }
    }
}

/// A secret, and what it is wanted for.
struct Wish: Sendable {
    let secret: String
    let fields: [String]
    let tool: String
    let digest: String?
    let arguments: CallArguments?
    let context: CallContext
    let maxStale: Duration
}
