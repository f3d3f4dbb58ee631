import Foundation
import Glibc
import Testing

/// A real daemon on a temporary directory. Stopped by its own process id when the test ends.
// Unchecked: the process and its paths are set when it starts; tables that share a daemon only ask it.
final class VaultProcess: @unchecked Sendable {
    static let passphrase = "correct horse battery"

    let directory: String
    private(set) var process = Process()
    private var log = ""
    /// Its configuration file.
    let configuration: String

    var clientSocket: String { directory + "/run/client.sock" }
    var operatorSocket: String { directory + "/run/operator.sock" }
    var workerSocket: String { directory + "/run/worker.sock" }
    var stateDirectory: String { directory + "/state" }
    var database: String { stateDirectory + "/vault.db" }
    var pid: Int32 { process.processIdentifier }
    private var logFile: String { directory + "/warderd.log" }

    /// Settings of a vault that is asked for more than one user usually gets.
    static let withoutRateLimit = "limits:\n  requests_per_second_per_uid: 100000"

    /// `settings`: further lines of the configuration.
    /// `stateDirectory`: where the database lies, when not in the temporary directory.
    init(profile: String = "team", settings: String = "", stateDirectory: String? = nil) throws {
        let name = "warder-it-" + UUID().uuidString.prefix(8)
        directory = "/tmp/" + name
        try FileManager.default.createDirectory(
            atPath: directory + "/run",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        _ = unsafe chmod(directory, 0o755)
        _ = unsafe chmod(directory + "/run", 0o755)
        configuration = directory + "/warder.yaml"
        let text = """
            state_directory: \(stateDirectory ?? directory + "/state")
            client_socket: \(directory)/run/client.sock
            operator_socket: \(directory)/run/operator.sock
            profile: \(profile)
            argon2:
              passes: 2
              memory: 19MiB
            memory:
              lock: best-effort
            \(settings)
            """
        _ = FileManager.default.createFile(
            atPath: configuration,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
    }

    deinit { remove() }

    /// Ends the daemon and takes its directory away.
    func remove() {
        kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func addSetting(_ lines: String) throws {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        try (text + "\n" + lines + "\n").write(toFile: configuration, atomically: false, encoding: .utf8)
    }

    func replaceSetting(_ name: String, with value: String) throws {
        let lines = try String(contentsOfFile: configuration, encoding: .utf8).components(separatedBy: "\n")
        try lines.map { $0.hasPrefix(name + ":") ? "\(name): \(value)" : $0 }.joined(separator: "\n")
            .write(toFile: configuration, atomically: false, encoding: .utf8)
    }

    /// Starts the daemon and waits until it says that it is ready.
    func start(program: String = Programs.path("warderd"), environment: [String: String] = [:]) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--config", configuration]
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // What the daemon says goes on into a file, so that it never waits for a reader.
        let reader = pipe.fileHandleForReading
        var said = ""
        while !said.contains("ready") {
            let piece = reader.availableData
            guard !piece.isEmpty else {
                process.waitUntilExit()
                throw StartFailure(status: process.terminationStatus, said: said)
            }
            said += String(decoding: piece, as: UTF8.self)
        }
        append(said)
        let file = logFile
        reader.readabilityHandler = { handle in
            let piece = handle.availableData
            if piece.isEmpty {
                handle.readabilityHandler = nil
            } else if let log = FileHandle(forWritingAtPath: file) {
                log.seekToEndOfFile()
                log.write(piece)
                try? log.close()
            }
        }
    }

    struct StartFailure: Error {
        var status: Int32
        var said: String
    }

    /// SIGKILL, and waits until the process is gone.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(pid, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM, and waits for the orderly end.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    var said: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    private func append(_ text: String) {
        if !FileManager.default.fileExists(atPath: logFile) {
            _ = FileManager.default.createFile(atPath: logFile, contents: nil)
        }
        guard let log = FileHandle(forWritingAtPath: logFile) else { return }
        log.seekToEndOfFile()
        log.write(Data(text.utf8))
        try? log.close()
    }

    // MARK: Talking to it

    func `operator`() throws -> SocketClient { try SocketClient(operatorSocket) }
    func client() throws -> SocketClient { try SocketClient(clientSocket) }

    @discardableResult
    func ask(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        expecting status: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> SocketClient.Response {
        let connection = try `operator`()
        var response = try connection.request(method, path, body: body)
        if response.errorCode == "presence_required" {
            let proof = try connection.request("POST", "/v1/presence", body: "{\"passphrase\":\"\(Self.passphrase)\"}")
            response = try connection.request(method, path, body: body, presence: proof.json["proof"] as? String)
        }
        if let status {
            #expect(response.status == status, "\(method) \(path): \(response.body)", sourceLocation: sourceLocation)
        }
        return response
    }

    func initialise() throws {
        try ask(
            "POST",
            "/v1/sys/init",
            "{\"passphrase\":\"\(Self.passphrase)\",\"operator\":\"ada\"}",
            expecting: 201
        )
    }

    func unseal() throws {
        try ask("POST", "/v1/sys/unseal", "{\"passphrase\":\"\(Self.passphrase)\"}", expecting: 200)
    }

    /// A vault with one secret, one server that runs as `uid`, one read-only tool, and its grant.
    func furnish(uid: UInt32, secret: String = "github/pat", value: String = "value-of-the-secret") throws {
        try ask("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"value\":\"\(value)\"}}", expecting: 201)
        try ask("POST", "/v1/servers", "{\"name\":\"github\",\"selectors\":{\"uid\":\(uid)}}", expecting: 201)
        try ask("POST", "/v1/tools", "{\"name\":\"github/list\",\"risk\":\"read-only\"}", expecting: 201)
        try ask("POST", "/v1/grants", "{\"tool\":\"github/list\",\"secret\":\"\(secret)\"}", expecting: 201)
        // Tests ask at a machine's speed.
        try ask("PUT", "/v1/limits", #"{"server":"github","risk":"read-only","limit":"off"}"#)
    }

    /// Events that match, oldest first, for a caller with the auditor's role (the first operator of a single user's
    /// vault has it).
    ///
    /// `query`: further parameters, such as `type=secret.put`.
    func events(_ query: String = "") throws -> [[String: Any]] {
        let limit = query.contains("limit=") ? "" : "limit=1000&"
        let listed = try ask("GET", "/v1/audit/events?\(limit)\(query)".trimmingCharacters(in: ["&"]))
        return listed.json["events"] as? [[String: Any]] ?? []
    }
}
