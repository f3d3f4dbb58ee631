import Foundation
import FoundationNetworking
import WarderClient
import WarderWire

/// The tool, and all that a server has to do with the vault.
struct NotesTool: Sendable {
    let warder: WarderClient
    /// Where the notes service listens.
    let upstream: URL

    /// As `tools/list` shows it.
    static let definition = #"""
        {"name":"create_note","description":"Stores a note in the notes service.",\#
        "inputSchema":{"type":"object","properties":{"text":{"type":"string","description":"The note."}},"required":["text"]},\#
        "annotations":{"readOnlyHint":false,"destructiveHint":false,"idempotentHint":false,"openWorldHint":false}}
        """#

    /// Stores a note. The API key is asked for now and gone when the closure returns: a rotated key is used from the
    /// next call on, and no restart is needed.
    func createNote(_ text: String, arguments: CallArguments, context: CallContext) async throws {
        try await warder.withCredential(
            "notes/api-key",
            for: "notes/create_note",
            arguments: arguments,
            context: context
        ) { key in
            var request = URLRequest(url: upstream.appending(path: "notes"), timeoutInterval: 10)
            request.httpMethod = "POST"
            request.httpBody = Data(text.utf8)
            request.setValue("Bearer \(key.unprotectedText() ?? "")", forHTTPHeaderField: "Authorization")
            let (_, response) = try await URLSession.shared.data(for: request)
            switch (response as? HTTPURLResponse)?.statusCode {
            case 201: return
            // The vault hears of it; if the key was rotated in this very moment, the closure runs again with the new
            // one.
            case 401: throw CredentialRefused()
            default: throw UpstreamFailure()
            }
        }
    }

    /// What the model is told about a failure. Refused and unreachable are different things, and neither text holds the
    /// key.
    static func explain(_ error: any Error) -> String {
        // For whoever the model shows it to: an operator finds the reason by it.
        let request = (error as? WarderClientError)?.requestID
        let why = request.map { " The vault's log has the reason under \($0)." } ?? ""
        return switch error {
        case let error as WarderClientError where error.isRefusal:
            "The vault does not let this tool use its credential (\(error.code)). Trying again does not help.\(why)"
        case let error as WarderClientError where error.isRetryable:
            "The vault cannot give out the credential at the moment (\(error.code)). Try again later."
        case let error as WarderClientError:
            "The credential could not be resolved (\(error.code)).\(why)"
        case is CredentialRefused:
            "The notes service did not accept the credential that the vault gave."
        default:
            "The notes service failed."
        }
    }
}

/// The notes service answered something unexpected, or nothing.
struct UpstreamFailure: Error {}
