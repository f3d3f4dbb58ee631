import Foundation
import Glibc

/// A real PostgreSQL server in a temporary folder, on a Unix socket, and with TLS on the loopback, until it is stopped.
package final class PostgresServer: @unchecked Sendable {
    // Unchecked: the process is started in `init` and asked for its number alone.

    package static let password = "postgres' own \"password\""
    /// A database whose server asks nobody for a password.
    package static let trusting = "trusting"

    /// Why there is no server; never a reason to pass.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where its socket lies; it belongs to another user.
    package let folder: String
    package let port: Int
    private let process = Process()
    private let programs: String
    /// The server refuses to run as root.
    private static let uid: UInt32 = geteuid() == 0 ? 65534 : geteuid()

    /// Starts it, and waits until it answers.
    package init() throws {
        folder = try Self.makeFolder()
        programs = try Self.findPrograms()
        port = try Self.freePort()
        _ = unsafe chown(folder, Self.uid, Self.uid)
        try write(Self.password, to: "password")
        let data = file("data")
        try Self.run(
            Self.asUser([
                programs + "/initdb", "-D", data, "-U", "postgres", "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale=C", "--no-sync", "--pwfile=" + file("password"),
            ])
        )
        try write(
            """
            local trusting all trust
            local all all scram-sha-256
            hostssl all all 127.0.0.1/32 scram-sha-256
            """,
            to: "pg_hba.conf"
        )
        for name in ["server", "other"] { try makeCertificate(name) }
        let settings = [
            "listen_addresses=127.0.0.1", "port=\(port)", "ssl=on", "ssl_cert_file=" + file("server.crt"),
            "ssl_key_file=" + file("server.key"), "unix_socket_directories=" + folder, "fsync=off",
            "log_statement=all",
            "log_min_messages=debug1", "log_error_verbosity=verbose", "hba_file=" + file("pg_hba.conf"),
        ]
        let log = file("log")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let words = Self.asUser([programs + "/postgres", "-D", data] + settings.flatMap { ["-c", $0] })
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = [:]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        try waitUntilReady()
        try sql("CREATE DATABASE \(Self.trusting)")
    }

    /// Ends it.
    package func stop() {
        guard process.isRunning else { return }
        kill(pid, SIGCONT)
        kill(pid, SIGQUIT)
        process.waitUntilExit()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    package func file(_ name: String) -> String { folder + "/" + name }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        _ = unsafe chmod(file(name), 0o644)
    }

    /// Short enough for the path of a socket.
    private static func makeFolder() throws -> String {
        var template = Array("/tmp/warder-pg-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw Failure(description: "no temporary folder: error \(errno)") }
        _ = unsafe chmod(made, 0o755)
        return made
    }

    package var pid: Int32 { process.processIdentifier }

    /// Everything that the server logged.
    package var log: String { log(since: 0) }

    /// What it logged behind so many bytes.
    package func log(since bytes: Int) -> String {
        String(
            decoding: (FileManager.default.contents(atPath: file("log")) ?? Data()).dropFirst(bytes),
            as: UTF8.self
        )
    }

    package var logBytes: Int { FileManager.default.contents(atPath: file("log"))?.count ?? 0 }

    /// Does statements as the administrator, and gives their output; `variables` go into `:"name"` and `:'name'`.
    @discardableResult
    package func sql(_ text: String, _ variables: [String: String] = [:]) throws -> String {
        let (output, status) = try psql(text, variables, user: "postgres", password: Self.password)
        guard status == 0 else { throw Failure(description: "psql: \(output)") }
        return output
    }

    /// A session that holds what the statements lock, until it is released.
    package func hold(_ statements: String) throws -> HeldSession {
        let session = HeldSession()
        prepare(session.process, [:], user: "postgres", password: Self.password)
        session.process.standardInput = session.input
        session.process.standardOutput = FileHandle.nullDevice
        session.process.standardError = FileHandle.nullDevice
        try session.process.run()
        let text = "SET application_name = holder;\n\(statements);\n"
        try session.input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        let deadline = ContinuousClock.now + .seconds(15)
        let question = """
            SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder' AND state = 'idle in transaction'
            """
        while try sql(question) != "1\n" {
            guard ContinuousClock.now < deadline else { throw Failure(description: "nothing is held") }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return session
    }

    private func psql(
        _ text: String,
        _ variables: [String: String],
        user: String,
        password: String
    ) throws -> (output: String, status: Int32) {
        let client = Process()
        let (input, output) = (Pipe(), Pipe())
        prepare(client, variables, user: user, password: password)
        client.standardInput = input
        client.standardOutput = output
        client.standardError = output
        try client.run()
        try input.fileHandleForWriting.write(contentsOf: Data("\(text);\n".utf8))
        try input.fileHandleForWriting.close()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        client.waitUntilExit()
        return (String(decoding: bytes, as: UTF8.self), client.terminationStatus)
    }

    private func prepare(_ client: Process, _ variables: [String: String], user: String, password: String) {
        client.executableURL = URL(fileURLWithPath: programs + "/psql")
        client.arguments =
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"] + variables.flatMap { ["-v", "\($0.key)=\($0.value)"] }
        client.environment = [
            "PGHOST": folder, "PGPORT": String(port), "PGUSER": user, "PGPASSWORD": password,
            "PGDATABASE": "postgres",
            "PGCLIENTENCODING": "UTF8",
        ]
    }

    private func waitUntilReady() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if (try? psql("SELECT 1", [:], user: "postgres", password: Self.password))?.status == 0 { return }
            guard process.isRunning else { break }
            Thread.sleep(forTimeInterval: 0.1)
        }
        throw Failure(description: "PostgreSQL did not start: \(log)")
    }

    /// A certificate for `localhost`, signed by itself.
    private func makeCertificate(_ name: String) throws {
        let (certificate, key) = (file(name + ".crt"), file(name + ".key"))
        try Self.run(
            [
                "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
                "-out", certificate,
            ]
        )
        _ = unsafe chown(key, Self.uid, Self.uid)
        _ = unsafe chmod(key, 0o600)
    }

    /// A port of the loopback that nobody listens at.
    private static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
            }
        }
        guard result else { throw Failure(description: "no free port: error \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func findPrograms() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let newest = versions.compactMap({ Int($0) }).max() else {
            throw Failure(description: "there is no PostgreSQL below \(root); install it: make testdeps")
        }
        return "\(root)/\(newest)/bin"
    }

    private static func asUser(_ words: [String]) -> [String] {
        guard geteuid() == 0 else { return words }
        return ["/usr/bin/setpriv", "--reuid", String(uid), "--regid", String(uid), "--clear-groups"] + words
    }

    private static func run(_ words: [String]) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = [:]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "\(words[0]): \(text)") }
    }
}
