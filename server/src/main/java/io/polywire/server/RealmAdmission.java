package io.polywire.server;

import io.polywire.model.Reasons;
import io.polywire.server.config.RealmSettings;
import io.polywire.wamp.door.Admission;
import io.polywire.wamp.door.Anonymous;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lets clients into the realms that are configured, by the rules of each. */
final class RealmAdmission implements Admission {
    private final Map<String, Admission> byRealm = new HashMap<>();

    RealmAdmission(List<RealmSettings> realms) {
        for (RealmSettings realm : realms) {
            if (realm.anonymousRole() != null) {
                byRealm.put(realm.name(), new Anonymous(realm.anonymousRole()));
            }
        }
    }

    @Override
    public Decision admit(Applicant applicant) {
        Admission admission = byRealm.get(applicant.realm());
        return admission != null
                ? admission.admit(applicant)
                : new Refuse(Reasons.NO_MATCHING_AUTH_METHOD, "this realm lets nobody in without authentication");
    }
}
