import Foundation

/// Something whose credentials are rotated, as a test sees it: outlives daemon and worker.
protocol RotatedUpstream: AnyObject {
    /// `exec:keys`.
    var rotator: String { get }
    var settings: [String: String] { get }
    /// The secret that the rotator logs in with.
    var helper: [String: String]? { get }
    /// Lines of the section `worker`, indented by two spaces.
    var configuration: String { get }
    /// Whether two credentials can be valid at once.
    var overlaps: Bool { get }
    /// What is valid before the first rotation, by field.
    var first: [String: String] { get }
    /// Steps that do something, in whose middle the upstream can stop them.
    var stoppable: [String] { get }

    /// Whether a consumer that has these values gets in: a real login.
    func accepts(_ values: [String: String]) throws -> Bool
    /// Every credential that exists there, by a name.
    func credentials() throws -> [String]
    /// The name of the credential that these values are.
    func credential(of values: [String: String]) -> String

    /// Stops the next try of a step in its middle.
    func stop(within step: String) throws
    func waitUntilStopped() throws
    func goOn() throws
}
