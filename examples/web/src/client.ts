import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { relayStylePagination } from "@apollo/client/utilities";
import { tap } from "rxjs";
import type { Session } from "./session";

/** The client for the gateway at `uri`, with the session's token. */
export function createClient(uri: string, session: Session): ApolloClient {
  const credentials = new SetContextLink(({ headers }) => ({
    headers: { ...headers, "X-Auth-Token": session.access.token },
  }));
  return new ApolloClient({
    link: ApolloLink.from([listen(session), credentials, new HttpLink({ uri })]),
    cache: new InMemoryCache({
      typePolicies: {
        Query: { fields: { thumbnailTasks: relayStylePagination(["assetId", "taskId"]) } },
        ThumbnailTask: { fields: { snapshots: relayStylePagination() } },
      },
    }),
  });
}

/** Tells the session of a refused token and of a used up quota, wherever in an answer they stand. */
function listen(session: Session): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const { token } = session.access;
    return forward(operation).pipe(
      tap(({ errors }) => {
        for (const { extensions } of errors ?? []) {
          if (extensions?.["code"] === "UNAUTHENTICATED") session.refuse(token);
          if (extensions?.["code"] === "RATE_LIMITED") session.wait(Number(extensions["retryAfterSeconds"]) || 10);
        }
      }),
    );
  });
}
