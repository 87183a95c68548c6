// In this order: the library looks for the metadata calls while it loads.
export * from 'reflect-metadata';
export * from '@peculiar/x509';
