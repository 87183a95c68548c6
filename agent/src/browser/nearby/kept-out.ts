/** As Chromium names it; what the DOM library lists lags behind. Others refuse the name, and have no such rule. */
const LOCAL_NETWORK = 'local-network-access';

/**
 * Whether a person or a policy keeps this app out of the network of the site (Local Network Access, Chrome 142): a browser
 * asks once, and a refusal looks to a page as if nobody were there.
 */
export async function isKeptOut(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: LOCAL_NETWORK as PermissionName });
    return state === 'denied';
  } catch {
    return false;
  }
}
