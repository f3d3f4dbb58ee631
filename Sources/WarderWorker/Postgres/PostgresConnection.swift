import CWarderPostgres
import Glibc
import SecretMemory
import WarderConfiguration

/// One login at a PostgreSQL server, through its own client library.
///
/// Everything waits until the deadline at most. Nothing of this process's environment or home directory counts.
@safe
final class PostgresConnection {
    private let handle: OpaquePointer
    private let deadline: ContinuousClock.Instant

    /// Logs in.
    init(
        to server: DaemonConfiguration.PostgresServer,
        as credential: PostgresCredential,
        deadline: ContinuousClock.Instant
    ) throws(PostgresFault) {
        // The server gives up a little before this side does, and then it is known that it has done nothing.
        let rest = Int((deadline - .now) / .milliseconds(1))
        let milliseconds = max(1, rest - min(500, rest / 4))
        var parameters: [(StaticString, CText?)] = [
            ("host", CText.of(server.host)), ("port", CText.of(String(server.port))),
            ("dbname", CText.of(server.database)), ("user", CText.of(credential.username)),
            ("password", CText.of(credential.password)),
            ("sslmode", CText.of(server.isLocal ? "disable" : server.tls.rawValue)),
            ("gssencmode", CText.of("disable")), ("passfile", CText.of("/dev/null")),
            ("application_name", CText.of("warder-worker")),
            // Without the search path, whoever owns the database could put operators of their own before the server's.
            // What a connection asks for goes before what is set for its role or database.
            (
                "options",
                CText.of(
                    "-c search_path=pg_catalog -c statement_timeout=\(milliseconds) -c lock_timeout=\(milliseconds)"
                )
            ),
        ]
        if !server.isLocal { parameters.append(("sslrootcert", CText.of(server.ca))) }
        guard parameters.allSatisfy({ $0.1 != nil }) else { throw .unusable }
        unsafe handle = try Self.start(parameters)
        self.deadline = deadline
        try finishConnecting()
    }

    deinit {
        unsafe PQfinish(handle)
    }

    /// Whether the server asked for the password; where it did not, logging in proves nothing about it.
    var hasUsedPassword: Bool { unsafe PQconnectionUsedPassword(handle) == 1 }

    /// As `server_version_num`: 150018.
    var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }

    /// Whether a transaction is open, and nothing in it has failed.
    var isInTransaction: Bool { unsafe PQtransactionStatus(handle) == PQTRANS_INTRANS }

    private static func start(_ parameters: [(StaticString, CText?)]) throws(PostgresFault) -> OpaquePointer {
        var keywords: [UnsafePointer<CChar>?] = unsafe []
        var values: [UnsafePointer<CChar>?] = unsafe []
        for (keyword, value) in parameters {
            unsafe keywords.append(UnsafeRawPointer(keyword.utf8Start).assumingMemoryBound(to: CChar.self))
            unsafe values.append(UnsafePointer(value?.pointer))
        }
        unsafe keywords.append(nil)
        unsafe values.append(nil)
        defer { withExtendedLifetime(parameters) {} }
        // Without expansion: a database's name is never taken for a connection string.
        guard let handle = unsafe PQconnectStartParams(keywords, values, 0) else { throw .unreachable("out of memory") }
        // Of what the server says, codes alone.
        unsafe PQsetErrorVerbosity(handle, PQERRORS_SQLSTATE)
        return unsafe handle
    }

    private func finishConnecting() throws(PostgresFault) {
        guard unsafe PQstatus(handle) != CONNECTION_BAD else { throw loginFault }
        var next = PGRES_POLLING_WRITING
        while true {
            switch next {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: try waitToConnect(writing: false)
            case PGRES_POLLING_WRITING: try waitToConnect(writing: true)
            default: throw loginFault
            }
            next = unsafe PQconnectPoll(handle)
        }
    }

    private func waitToConnect(writing: Bool) throws(PostgresFault) {
        guard wait(writing: writing) else { throw .unreachable("no answer in time") }
    }

    private func wait(writing: Bool) -> Bool {
        let socket = unsafe PQsocket(handle)
        return Readiness.wait(reading: writing ? [] : [socket], writing: writing ? socket : -1, until: deadline) != nil
    }

    /// With a code where the server said something, else in the library's words.
    private var loginFault: PostgresFault {
        let message = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
        let words = message.split { $0.isWhitespace }
        if let code = words.last, Self.isCode(code), words.dropLast().last?.hasSuffix(":") == true {
            return .refused(sqlstate: String(code))
        }
        return .unreachable(String(words.joined(separator: " ").prefix(300)))
    }

    private static func isCode(_ word: Substring) -> Bool {
        word.utf8.count == 5
            && word.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            }
    }

    // MARK: Statements

    /// Does one statement, with parameters that are values and nothing else.
    ///
    /// - Returns: The first column of every row; `nil` for NULL.
    @discardableResult
    func run(_ statement: PostgresStatement, _ parameters: [CText] = []) throws(PostgresFault) -> [String?] {
        let values: [UnsafePointer<CChar>?] = unsafe parameters.map { unsafe UnsafePointer($0.pointer) }
        let sent = unsafe statement.text.withCString { text in
            unsafe PQsendQueryParams(handle, text, Int32(values.count), nil, values, nil, nil, 0)
        }
        withExtendedLifetime(parameters) {}
        guard sent == 1 else { throw .lost }
        var rows: [String?] = []
        var fault: PostgresFault?
        while let result = unsafe try nextResult() {
            defer { unsafe PQclear(result) }
            switch unsafe PQresultStatus(result) {
            case PGRES_COMMAND_OK: break
            case PGRES_TUPLES_OK: rows += unsafe Self.firstColumn(of: result)
            default: fault = fault ?? (unsafe Self.fault(of: result))
            }
        }
        if let fault { throw fault }
        guard unsafe PQstatus(handle) == CONNECTION_OK else { throw .lost }
        return rows
    }

    private func nextResult() throws(PostgresFault) -> OpaquePointer? {
        while unsafe PQisBusy(handle) == 1 {
            guard wait(writing: false), unsafe PQconsumeInput(handle) == 1 else { throw .lost }
        }
        return unsafe PQgetResult(handle)
    }

    private static func firstColumn(of result: OpaquePointer) -> [String?] {
        guard unsafe PQnfields(result) > 0 else { return [] }
        return (0..<(unsafe PQntuples(result))).map { row in
            guard unsafe PQgetisnull(result, row, 0) == 0, let value = unsafe PQgetvalue(result, row, 0) else {
                return nil
            }
            return unsafe String(cString: value)
        }
    }

    private static func fault(of result: OpaquePointer) -> PostgresFault {
        // PG_DIAG_SQLSTATE is the letter C.
        guard let field = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else { return .lost }
        let code = unsafe String(cString: field)
        return PostgresFault.isLoss(code) ? .lost : .failed(sqlstate: code)
    }

    // MARK: Quoting

    /// A name in the quotes of the server's own rules.
    ///
    /// - Throws: `.unusable` for a name that the server would cut off, and so take for another one.
    func quoted(name: String) throws(PostgresFault) -> String {
        guard (1...63).contains(name.utf8.count), let text = CText.of(name),
            let quoted = unsafe PQescapeIdentifier(handle, text.pointer, text.count)
        else { throw .unusable }
        defer { unsafe PQfreemem(quoted) }
        return unsafe String(cString: quoted)
    }

    private func quoted(value: UnsafePointer<CChar>) throws(PostgresFault) -> String {
        guard let quoted = unsafe PQescapeLiteral(handle, value, strlen(value)) else { throw .unusable }
        defer { unsafe PQfreemem(quoted) }
        return unsafe String(cString: quoted)
    }

    /// What the server stores instead of the password, computed here, so that neither its log nor anybody who watches
    /// its statements sees the password.
    func quotedVerifier(of password: SecretBytes, role: String) throws(PostgresFault) -> String {
        guard let password = CText.of(password), let role = CText.of(role),
            let verifier = unsafe PQencryptPasswordConn(handle, password.pointer, role.pointer, "scram-sha-256")
        else { throw .unusable }
        defer { unsafe PQfreemem(verifier) }
        return unsafe try quoted(value: verifier)
    }
}
