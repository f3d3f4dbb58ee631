import CWarderPostgres
import Foundation

extension PostgresServer {
    /// Whether somebody can log in with a password, as a consumer of the secret does.
    ///
    /// - Throws: when the server says anything else than that the password is wrong.
    package func accepts(_ user: String, _ password: String) throws -> Bool {
        let settings = [
            "host": folder, "port": String(port), "dbname": "postgres", "user": user, "password": password,
            "passfile": "/dev/null", "sslmode": "disable", "gssencmode": "disable", "connect_timeout": "30",
            "application_name": "consumer",
        ]
        let words = settings.map { name, value in
            "\(name)='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
        }
        let connection = unsafe words.joined(separator: " ").withCString { unsafe PQconnectdb($0) }
        defer { unsafe PQfinish(connection) }
        if unsafe PQstatus(connection) == CONNECTION_OK { return true }
        let message = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
        guard message.contains("password authentication failed") else {
            throw Failure(description: "login as \(user): \(message)")
        }
        return false
    }

    /// Those of these roles that have a password at all.
    package func rolesWithPassword(among roles: [String]) throws -> [String] {
        let listed = try sql("SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL AND rolcanlogin ORDER BY 1")
        return listed.split(separator: "\n").map(String.init).filter(roles.contains)
    }

    /// The number of the server's process whose statement waits for a lock.
    package func waitingBackend() throws -> Int32 {
        let deadline = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < deadline {
            let found = try sql("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if let pid = found.split(separator: "\n").first.flatMap({ Int32($0) }) { return pid }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw Failure(description: "no statement waits")
    }
}
