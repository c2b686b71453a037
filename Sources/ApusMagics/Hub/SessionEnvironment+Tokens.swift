import ApusHub
public import ApusSession
import ApusSystem

extension SessionEnvironment {
    /// What this process sees, whose variables with a token leave the process: cells and the programs that they start do not find them.
    ///
    /// To be called first of all in a process that runs cells.
    public static func takingTokens() -> SessionEnvironment {
        let environment = SessionEnvironment.current
        for name in HubEnvironment.tokenVariables { ProcessSecrets.hideVariable(name) }
        return environment
    }
}
